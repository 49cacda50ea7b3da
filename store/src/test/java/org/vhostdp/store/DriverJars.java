package org.vhostdp.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vhostdp.spi.SpiVersion;

/** Builds driver folders from source text, with the JDK's own javac and jar. */
final class DriverJars {
  static final String MODULE = "test.driver";
  static final String SPI = "[1.0,2.0)";

  private final Path store;
  private final Path work;

  /**
   * @param store where driver folders go
   * @param work where sources and classes go
   */
  DriverJars(Path store, Path work) {
    this.store = store;
    this.work = work;
  }

  /** The keys of a good descriptor, to be changed. */
  static Map<String, String> keys(String id) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("id", id);
    keys.put("version", "1.2.3");
    keys.put("module", MODULE);
    keys.put("spi", SPI);
    keys.put("summary", "A driver of this test");
    return keys;
  }

  /** A driver's folder with its descriptor and an empty lib folder. */
  Path folder(String name, Map<String, String> keys) throws IOException {
    Path folder = Files.createDirectories(store.resolve(name));
    Files.createDirectories(folder.resolve("lib"));
    Files.writeString(
        folder.resolve(DriverDescriptor.FILE),
        keys.entrySet().stream()
            .map(e -> e.getKey() + " = " + e.getValue() + "\n")
            .collect(Collectors.joining()));
    return folder;
  }

  /** A module's declaration. */
  static String moduleInfo(String name, String body) {
    return "module " + name + " { requires org.vhostdp.spi; " + body + " }";
  }

  /** A driver whose constructor runs {@code first}. */
  static String driver(String id, String version, String first) {
    return """
    package test.driver;
    import org.vhostdp.spi.*;
    public final class TestDriver implements Driver {
      public TestDriver() { %s }
      public DriverInfo info() { return DriverInfo.of("%s", "%s", "%s", "test"); }
      public ConfigSchema schema() { return ConfigSchema.of(); }
      public Probe probe() { return Probe.ok(); }
      public Port open(PortConfig config, Host host) throws DriverException {
        throw new DriverException(DriverException.Reason.DEVICE, "None.", "None.");
      }
    }
    """
        .formatted(first, id, version, SPI);
  }

  /** Compiles sources by path, and packs them into a jar in a folder's lib. */
  void jar(Path folder, String name, Map<String, String> sources, String... manifest)
      throws IOException {
    Path source = Files.createDirectories(work.resolve(folder.getFileName() + "-" + name));
    Path classes = Files.createDirectories(source.resolve("classes"));
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> each : sources.entrySet()) {
      Path file = source.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, each.getValue());
      files.add(file.toString());
    }
    boolean module = sources.containsKey("module-info.java");
    List<String> javac = new ArrayList<>();
    javac.addAll(List.of("-d", classes.toString(), module ? "-p" : "-cp"));
    javac.add(
        Stream.concat(Stream.of(location(SpiVersion.class)), jars(folder))
            .map(Path::toString)
            .collect(Collectors.joining(":")));
    javac.addAll(files);
    run("javac", javac);
    pack(folder, name, classes, manifest);
  }

  private static Stream<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("lib"))) {
      return files.toList().stream();
    }
  }

  /** Packs a folder of classes, or copies a jar, into a driver folder's lib. */
  static void pack(Path folder, String name, Path classes, String... manifest) throws IOException {
    Path jar = folder.resolve("lib").resolve(name + ".jar");
    if (Files.isRegularFile(classes)) {
      Files.copy(classes, jar);
      return;
    }
    List<String> args = new ArrayList<>(List.of("--create", "--file", jar.toString()));
    if (manifest.length > 0) {
      Path text = Files.createTempFile(folder, "manifest", ".txt");
      Files.write(text, List.of(manifest));
      args.addAll(List.of("--manifest", text.toString()));
    }
    args.addAll(List.of("-C", classes.toString(), "."));
    run("jar", args);
  }

  private static void run(String tool, List<String> args) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int code =
        ToolProvider.findFirst(tool).orElseThrow().run(out, out, args.toArray(String[]::new));
    if (code != 0) {
      throw new AssertionError(tool + " " + args + ": " + said);
    }
  }

  /** The folder or jar that a class comes from. */
  static Path location(Class<?> of) {
    String path = of.getName().replace('.', '/') + ".class";
    URL url = of.getResource("/" + path);
    if (url == null) {
      url = of.getResource(of.getSimpleName() + ".class");
    }
    String text = url.toString();
    String root = text.substring(0, text.length() - path.length());
    if (root.startsWith("jar:")) {
      root = root.substring(4, root.length() - 2);
    }
    try {
      return Path.of(new URI(root));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
