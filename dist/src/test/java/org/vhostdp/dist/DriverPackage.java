package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A driver's zip file as the build makes it.
 *
 * @param file the file
 * @param version what its descriptor says
 */
record DriverPackage(Path file, String version) {
  private static final String DESCRIPTOR = "driver.properties";
  private static final String KEY = "version=";

  /** The one in the target folder of a driver's module. */
  static DriverPackage in(Path target) throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      List<Path> zips = files.filter(file -> file.toString().endsWith(".zip")).toList();
      assertEquals(1, zips.size(), () -> "packages in " + target + ": " + zips);
      return new DriverPackage(zips.getFirst(), version(zips.getFirst()));
    }
  }

  private static String version(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return text(zip)
          .lines()
          .filter(line -> line.startsWith(KEY))
          .map(line -> line.substring(KEY.length()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String text(ZipFile zip) throws IOException {
    byte[] bytes = zip.getInputStream(zip.getEntry(DESCRIPTOR)).readAllBytes();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Writes the same files with another version in the descriptor. */
  Path as(String other, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      for (ZipEntry entry : zip.stream().filter(each -> !each.isDirectory()).toList()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(
            entry.getName().equals(DESCRIPTOR)
                ? text(zip).replace(KEY + version, KEY + other).getBytes(StandardCharsets.UTF_8)
                : zip.getInputStream(entry).readAllBytes());
        out.closeEntry();
      }
    }
    return target;
  }
}
