package org.vhostdp.cli.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.spi.VersionRange;

/**
 * What a configuration asks of every driver, and where drivers are offered.
 *
 * @param minimum the least level of trust
 * @param trust the trust folder; null for the standard one
 * @param repositories where drivers are offered, in order
 */
public record DriverPolicy(TrustLevel minimum, Path trust, List<URI> repositories) {
  /** Any driver, no repository. */
  public static final DriverPolicy NONE = new DriverPolicy(TrustLevel.NONE, null, List.of());

  /** Copies. */
  public DriverPolicy {
    repositories = List.copyOf(repositories);
  }

  static DriverPolicy read(SectionReader trust, SectionReader market) {
    TrustLevel minimum = level(trust, "minimum");
    String folder = trust.text("folder", null, "the path of a folder");
    List<URI> repositories = new ArrayList<>();
    Value value = market.value("repositories");
    if (value != null) {
      List<URI> given = repositories(value.raw());
      if (given == null) {
        market.wrong(value, "repositories", "a list of https: and file: URLs");
      } else {
        repositories.addAll(given);
      }
    }
    // A misspelled key may have asked for trust.
    boolean odd = trust.hasOthers();
    trust.refuseOthers();
    market.refuseOthers();
    return new DriverPolicy(
        odd ? TrustLevel.PROJECT : minimum == null ? TrustLevel.NONE : minimum,
        folder == null ? null : Path.of(folder),
        repositories);
  }

  private static List<URI> repositories(Object raw) {
    List<?> parts = raw instanceof List<?> list ? list : List.of(raw);
    List<URI> repositories = new ArrayList<>();
    for (Object part : parts) {
      URI repository = part instanceof String text ? repository(text) : null;
      if (repository == null) {
        return null;
      }
      repositories.add(repository);
    }
    return repositories;
  }

  /** The URL of a repository, or null if a text is none. */
  public static URI repository(String text) {
    try {
      URI uri = new URI(text);
      boolean known = "https".equals(uri.getScheme()) || "file".equals(uri.getScheme());
      return known && uri.getPath() != null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** The level that a key names, or null if the key is absent or wrong. */
  static TrustLevel level(SectionReader keys, String key) {
    Value value = keys.value(key);
    if (value == null) {
      return null;
    }
    try {
      return TrustLevel.parse(String.valueOf(value.raw()));
    } catch (Refused e) {
      keys.wrong(value, key, "\"none\", \"self\", \"vendor\" or \"project\"");
      // Whoever asked for trust gets no driver without it.
      return TrustLevel.PROJECT;
    }
  }

  /** The range that the key "version" names, or null if it is absent or wrong. */
  static VersionRange versions(SectionReader keys) {
    Value value = keys.value("version");
    if (value == null) {
      return null;
    }
    try {
      // A number will not do: 0.10 would be 0.1.
      String text = value.raw() instanceof String given ? given : "";
      if (text.isBlank()) {
        throw new IllegalArgumentException("no version");
      }
      boolean range = text.startsWith("[") || text.startsWith("(");
      return VersionRange.parse(range ? text : "[" + text + "," + text + "]");
    } catch (IllegalArgumentException e) {
      keys.wrong(value, "version", "a version, or a range of versions such as \"[0.1,0.2)\"");
      return null;
    }
  }

  /** Its sections by name, as JSON values. */
  Map<String, Object> sections() {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("minimum", minimum.word());
    if (trust != null) {
      asked.put("folder", trust.toString());
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("trust", asked);
    out.put("market", Map.of("repositories", repositories.stream().map(URI::toString).toList()));
    return out;
  }
}
