package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.vhostdp.attest.Sha256;
import org.vhostdp.spi.SpiVersion;

/** Driver folders, and zip files of them; their module has no class unless a test wants one. */
final class ToyPackages {
  private static final String EMPTY = "module test.driver {}";
  private static final String HANGING =
      """
      package test.driver;
      import org.vhostdp.spi.*;
      public final class Hanging implements Driver {
        public Hanging() throws InterruptedException { Thread.sleep(Long.MAX_VALUE); }
        public DriverInfo info() { return DriverInfo.of("hang", "1.0.0", "[1.0,2.0)", "hangs"); }
        public ConfigSchema schema() { return ConfigSchema.of(); }
        public Probe probe() { return Probe.ok(); }
        public Port open(PortConfig config, Host host) { return null; }
      }
      """;

  private final Path work;
  private int count;

  ToyPackages(Path work) {
    this.work = work;
  }

  /** The files of a driver of no class, by name. */
  Map<String, byte[]> files(String id, String version) throws IOException {
    return files(id, version, Map.of("module-info.java", EMPTY));
  }

  /** A driver whose constructor does not return. */
  Path hanging() throws IOException {
    return folder(
        files(
            "hang",
            "1.0.0",
            Map.of(
                "module-info.java",
                "module test.driver { requires org.vhostdp.spi;"
                    + " provides org.vhostdp.spi.Driver with test.driver.Hanging; }",
                "test/driver/Hanging.java",
                HANGING)));
  }

  private Map<String, byte[]> files(String id, String version, Map<String, String> sources)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(
        "driver.properties",
        "id=%s\nversion=%s\nmodule=test.driver\nspi=[1.0,2.0)\nsummary=A toy %s\n"
            .formatted(id, version, id)
            .getBytes());
    files.put("lib/driver.jar", jar(sources));
    return files;
  }

  private byte[] jar(Map<String, String> sources) throws IOException {
    Path folder = Files.createDirectories(work.resolve("jar" + count++));
    Path classes = folder.resolve("classes");
    List<String> words = new ArrayList<>(List.of("-d", classes.toString(), "-p", spi()));
    for (Map.Entry<String, String> each : sources.entrySet()) {
      Path file = folder.resolve("source").resolve(each.getKey());
      Files.createDirectories(file.getParent());
      words.add(Files.writeString(file, each.getValue()).toString());
    }
    run("javac", words.toArray(String[]::new));
    Path jar = folder.resolve("driver.jar");
    run("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    return Files.readAllBytes(jar);
  }

  private static String spi() {
    return Path.of(
            SpiVersion.class
                .getModule()
                .getLayer()
                .configuration()
                .findModule("org.vhostdp.spi")
                .flatMap(module -> module.reference().location())
                .orElseThrow())
        .toString();
  }

  private static void run(String tool, String... words) {
    int code = ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, words);
    assertEquals(0, code, tool);
  }

  Path folder(Map<String, byte[]> files) throws IOException {
    Path folder = Files.createDirectories(work.resolve("folder" + count++));
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    return folder;
  }

  Path zip(Map<String, byte[]> files) throws IOException {
    Path zip = Files.createDirectories(work).resolve("package" + count++ + ".zip");
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> each : files.entrySet()) {
        out.putNextEntry(new ZipEntry(each.getKey()));
        out.write(each.getValue());
        out.closeEntry();
      }
    }
    return zip;
  }

  /** Everything below a folder: kind, name, and digest or target. */
  static List<String> listing(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    if (Files.notExists(folder)) {
      return lines;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted().toList()) {
        String name = folder.relativize(each).toString();
        if (Files.isSymbolicLink(each)) {
          lines.add("link " + name + " " + Files.readSymbolicLink(each));
        } else if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          lines.add("folder " + name);
        } else {
          lines.add("file " + name + " " + Sha256.of(Files.readAllBytes(each)));
        }
      }
    }
    return lines;
  }
}
