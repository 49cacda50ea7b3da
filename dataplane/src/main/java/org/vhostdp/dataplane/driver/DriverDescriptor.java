package org.vhostdp.dataplane.driver;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.vhostdp.spi.Version;
import org.vhostdp.spi.VersionRange;

/**
 * A driver folder's {@code driver.properties}, read without loading a class.
 *
 * @param id what operators write as type
 * @param version the driver's version
 * @param module its Java module
 * @param spi the SPI versions it was built for
 * @param summary one line
 * @param folder the driver's folder
 */
public record DriverDescriptor(
    String id, Version version, String module, VersionRange spi, String summary, Path folder) {
  static final String FILE = "driver.properties";

  private static final long MOST_BYTES = 64 * 1024;

  /**
   * Reads a folder's descriptor.
   *
   * @throws DriverRefused if it is missing or malformed
   */
  public static DriverDescriptor read(Path folder) throws DriverRefused {
    Path file = folder.resolve(FILE);
    Properties p = new Properties();
    try {
      if (!Files.isRegularFile(file)) {
        throw new DriverRefused("The folder " + folder + " has no " + FILE + ": it is no driver.");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new DriverRefused(file + " is larger than " + MOST_BYTES + " bytes.");
      }
      try (Reader in = Files.newBufferedReader(file)) {
        p.load(in);
      }
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new DriverRefused(file + " is not readable as properties in UTF-8.", e);
    } catch (IOException e) {
      throw new DriverRefused(file + " cannot be read: " + e.getMessage() + ".", e);
    }
    try {
      return new DriverDescriptor(
          need(p, "id", file),
          Version.parse(need(p, "version", file)),
          need(p, "module", file),
          VersionRange.parse(need(p, "spi", file)),
          p.getProperty("summary", ""),
          folder);
    } catch (IllegalArgumentException e) {
      throw new DriverRefused("In " + file + ": " + e.getMessage() + ".", e);
    }
  }

  private static String need(Properties p, String key, Path file) throws DriverRefused {
    String value = p.getProperty(key, "").strip();
    if (value.isEmpty()) {
      throw new DriverRefused(file + " lacks the key \"" + key + "\".");
    }
    return value;
  }

  /** The jars of the driver's lib folder, in order of name. */
  public List<Path> jars() throws DriverRefused {
    Path lib = folder.resolve("lib");
    try (Stream<Path> files = Files.list(lib)) {
      return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new DriverRefused(
          "The driver " + id + " has no readable folder " + lib + " with its jars.", e);
    }
  }
}
