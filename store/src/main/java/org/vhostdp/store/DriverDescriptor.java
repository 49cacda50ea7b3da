package org.vhostdp.store;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vhostdp.attest.Printable;
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
 * @param libraries shared libraries of the system that it needs, such as {@code libbpf.so.1}
 * @param packages Debian's packages that have them, by library; the author may leave any out
 * @param privileges names of the capabilities (capabilities(7)) that it asks for beside what its
 *     network namespace takes; empty if the author does not say
 * @param folder the driver's folder
 */
public record DriverDescriptor(
    String id,
    Version version,
    String module,
    VersionRange spi,
    String summary,
    List<String> libraries,
    Map<String, String> packages,
    Optional<List<String>> privileges,
    Path folder) {
  /** The descriptor's name in a driver's folder. */
  public static final String FILE = "driver.properties";

  /** As the SPI has it; a store names links after it. */
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  private static final Pattern MODULE = Pattern.compile("[\\p{L}\\p{N}_$.]{1,200}");

  private static final int MOST_SUMMARY = 200;
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
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
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
          id(need(p, "id", file)),
          Version.parse(need(p, "version", file)),
          module(need(p, "module", file)),
          VersionRange.parse(need(p, "spi", file)),
          summary(p.getProperty("summary", "")),
          SystemNeeds.libraries(p.getProperty("libraries", "")),
          SystemNeeds.packages(p.getProperty("packages", "")),
          Optional.ofNullable(p.getProperty("privileges")).map(SystemNeeds::privileges),
          folder);
    } catch (IllegalArgumentException e) {
      throw new DriverRefused("In " + file + ": " + e.getMessage() + ".", e);
    }
  }

  private static String id(String text) {
    if (!ID.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is not a driver id; use 1 to 32 of a-z, 0-9 and '-', a letter first"
              .formatted(Printable.of(text)));
    }
    return text;
  }

  private static String module(String text) {
    if (!MODULE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is not the name of a module".formatted(Printable.of(text)));
    }
    return text;
  }

  /** It is printed in lists, so it must neither steer a terminal nor fill it. */
  private static String summary(String text) {
    String shown = Printable.of(text.strip());
    return shown.length() > MOST_SUMMARY ? shown.substring(0, MOST_SUMMARY) + "..." : shown;
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
