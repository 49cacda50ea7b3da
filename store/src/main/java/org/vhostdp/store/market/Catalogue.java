package org.vhostdp.store.market;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;
import org.vhostdp.spi.VersionRange;
import org.vhostdp.store.Cause;
import org.vhostdp.store.DriverRefused;

/**
 * The drivers that a repository offers, from the file {@code catalogue.json} at its top:
 *
 * <pre>
 * {"drivers": [{"id": "tap", "version": "0.1.0", "spi": "[1.0,2.0)", "summary": "...",
 *               "standing": "certified",
 *               "coordinates": "org.vhostdp:vhost-dp-driver-tap:zip:0.1.0"}]}
 * </pre>
 *
 * {@code coordinates} may instead be {@code file}, a path below the catalogue, or be missing.
 * {@code summary} and {@code standing} may be missing. Other keys mean nothing here.
 */
public final class Catalogue {
  /** The file's name. */
  public static final String FILE = "catalogue.json";

  private static final int MOST_BYTES = 8 << 20;
  private static final int MOST_DRIVERS = 10_000;
  private static final int TIMEOUT_MILLIS = 10_000;

  /**
   * One version of a driver.
   *
   * @param id its id
   * @param version its version
   * @param spi the SPI versions it was built for
   * @param summary one line, "" if the catalogue has none
   * @param standing the catalogue's word for its certificate, which nobody has checked yet; "" if
   *     it has none
   * @param source where it is installed from: coordinates, a path, or, for a catalogue that is not
   *     on this machine, the URL of a file; "" if the catalogue does not say
   */
  public record Offer(
      String id,
      Version version,
      VersionRange spi,
      String summary,
      String standing,
      String source) {
    /** Whether it runs on this SPI. */
    public boolean fits() {
      return spi.contains(SpiVersion.CURRENT);
    }

    /** Whether a word is part of its id or summary. */
    public boolean mentions(String word) {
      String wanted = word.toLowerCase(Locale.ROOT);
      return id.contains(wanted) || summary.toLowerCase(Locale.ROOT).contains(wanted);
    }
  }

  private Catalogue() {}

  /**
   * Reads a repository's catalogue.
   *
   * @param repository a {@code file:} or {@code https:} URL of the folder
   * @throws DriverRefused naming the repository, and what is wrong
   */
  public static List<Offer> read(URI repository) throws DriverRefused {
    String text = repository.toString();
    // A folder's URL ends with a slash, or else what is resolved against it lies beside it.
    URI folder = URI.create(text.endsWith("/") ? text : text + "/");
    URI file = URI.create(folder + FILE);
    try {
      Object root = Json.read(new String(bytes(file), StandardCharsets.UTF_8));
      List<Offer> offers = new ArrayList<>();
      for (Object each : list(root)) {
        if (offers.size() >= MOST_DRIVERS) {
          throw new IllegalArgumentException("it has more than " + MOST_DRIVERS + " drivers");
        }
        offers.add(offer(each, folder));
      }
      return offers;
    } catch (IOException e) {
      throw new DriverRefused(
          "The catalogue %s cannot be read: %s.".formatted(file, Cause.of(e)), e);
    } catch (JsonRefused | IllegalArgumentException e) {
      throw new DriverRefused("The catalogue %s is malformed: %s.".formatted(file, Cause.of(e)), e);
    }
  }

  private static byte[] bytes(URI file) throws IOException, DriverRefused {
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new DriverRefused(
            "The catalogue %s is larger than %d bytes.".formatted(file, MOST_BYTES));
      }
      return bytes;
    }
  }

  private static InputStream open(URI file) throws IOException, DriverRefused {
    switch (String.valueOf(file.getScheme())) {
      case "file" -> {
        return Files.newInputStream(Path.of(file));
      }
      case "https" -> {
        URLConnection connection = file.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection.getInputStream();
      }
      default ->
          throw new DriverRefused(
              "The repository of %s is neither a file: nor an https: URL.".formatted(file));
    }
  }

  private static List<?> list(Object root) {
    if (root instanceof Map<?, ?> map && map.get("drivers") instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("it has no list \"drivers\"");
  }

  private static Offer offer(Object value, URI folder) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("one of its drivers is no object");
    }
    return new Offer(
        text(map, "id"),
        Version.parse(text(map, "version")),
        VersionRange.parse(text(map, "spi")),
        optional(map, "summary"),
        optional(map, "standing"),
        source(map, folder));
  }

  private static String source(Map<?, ?> map, URI folder) {
    String coordinates = optional(map, "coordinates");
    String file = optional(map, "file");
    if (!coordinates.isEmpty() || file.isEmpty()) {
      return coordinates;
    }
    URI below = folder.resolve(URI.create(file)).normalize();
    boolean same =
        Objects.equals(below.getScheme(), folder.getScheme())
            && Objects.equals(below.getRawAuthority(), folder.getRawAuthority());
    if (!same || !below.getRawPath().startsWith(folder.normalize().getRawPath())) {
      throw new IllegalArgumentException("its file \"" + file + "\" does not lie below it");
    }
    return "file".equals(below.getScheme()) ? Path.of(below).toString() : below.toString();
  }

  private static String optional(Map<?, ?> map, String key) {
    return map.get(key) instanceof String text ? Printable.of(text.strip()) : "";
  }

  private static String text(Map<?, ?> map, String key) {
    String text = optional(map, key);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("one of its drivers has no text \"" + key + "\"");
    }
    return text;
  }
}
