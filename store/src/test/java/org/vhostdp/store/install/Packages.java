package org.vhostdp.store.install;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.vhostdp.attest.Sha256;

/** Driver folders and zip files of them whose module has no class: none is ever loaded here. */
public final class Packages {
  private final Path work;
  private int count;

  Packages(Path work) {
    this.work = work;
  }

  /** A jar with a module of no class, made without a compiler: Multi-release has no part in it. */
  private static byte[] jar(Path work) throws IOException {
    Path source = Files.createDirectories(work.resolve("module"));
    Path info = Files.writeString(source.resolve("module-info.java"), "module test.driver {}");
    Path classes = source.resolve("classes");
    run("javac", "-d", classes.toString(), info.toString());
    Path jar = source.resolve("driver.jar");
    run("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    return Files.readAllBytes(jar);
  }

  private static void run(String tool, String... words) {
    int code =
        java.util.spi.ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, words);
    if (code != 0) {
      throw new AssertionError(tool + " failed");
    }
  }

  /** The files of a good driver by name. */
  Map<String, byte[]> files(String id, String version) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("driver.properties", descriptor(id, version, "[1.0,2.0)", ""));
    files.put("lib/driver.jar", jar(Files.createDirectories(work.resolve("jar" + count++))));
    return files;
  }

  static byte[] descriptor(String id, String version, String spi, String more) {
    return "id=%s\nversion=%s\nmodule=test.driver\nspi=%s\nsummary=Test\n%s"
        .formatted(id, version, spi, more)
        .getBytes();
  }

  /** A folder with these files. */
  Path folder(Map<String, byte[]> files) throws IOException {
    Path folder = Files.createDirectories(work.resolve("folder" + count++));
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    return folder;
  }

  /** A zip file with these entries; a name that ends with a slash is a folder's. */
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

  /** Everything below a folder: kind, name, and content or target. */
  public static List<String> listing(Path folder) throws IOException {
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
