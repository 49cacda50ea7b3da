package org.vhostdp.store.market;

import java.util.regex.Pattern;
import org.vhostdp.attest.Printable;
import org.vhostdp.store.DriverRefused;

/**
 * The place of a package in Maven repositories, {@code group:artifact[:extension]:version}.
 *
 * @param group the group's id
 * @param artifact the artifact's id
 * @param extension the file's, {@code zip} unless given
 * @param version a version, or {@code LATEST} or {@code RELEASE}
 */
public record Coordinates(String group, String artifact, String extension, String version) {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final String FORM = "group:artifact:version or group:artifact:extension:version";

  /** Whether a word can only be meant as coordinates: it has colons, but no slash. */
  public static boolean looksLike(String text) {
    return text.indexOf(':') > 0 && text.indexOf('/') < 0;
  }

  /**
   * Reads coordinates.
   *
   * @throws DriverRefused saying what is malformed
   */
  public static Coordinates parse(String text) throws DriverRefused {
    String[] parts = text.split(":", -1);
    if (parts.length != 3 && parts.length != 4) {
      throw new DriverRefused(
          "\"%s\" are no Maven coordinates; write %s.".formatted(Printable.of(text), FORM));
    }
    for (String part : parts) {
      if (!PART.matcher(part).matches() || part.contains("..")) {
        throw new DriverRefused(
            "In \"%s\", \"%s\" is no part of Maven coordinates; write %s."
                .formatted(Printable.of(text), Printable.of(part), FORM));
      }
    }
    return parts.length == 3
        ? new Coordinates(parts[0], parts[1], "zip", parts[2])
        : new Coordinates(parts[0], parts[1], parts[2], parts[3]);
  }

  @Override
  public String toString() {
    return group + ":" + artifact + ":" + extension + ":" + version;
  }
}
