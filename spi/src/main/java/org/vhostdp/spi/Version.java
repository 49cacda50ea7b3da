package org.vhostdp.spi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version {@code major.minor[.patch]}, ordered by number. Immutable. */
public final class Version implements Comparable<Version> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})(?:\\.(\\d{1,9}))?");

  private final int major;
  private final int minor;
  private final int patch;

  private Version(int major, int minor, int patch) {
    this.major = major;
    this.minor = minor;
    this.patch = patch;
  }

  /**
   * Reads {@code "1.2"} or {@code "1.2.3"}.
   *
   * @throws IllegalArgumentException with a sentence, if the text is anything else
   */
  public static Version parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a version; write major.minor or major.minor.patch");
    }
    int patch = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
    return new Version(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), patch);
  }

  public int major() {
    return major;
  }

  public int minor() {
    return minor;
  }

  public int patch() {
    return patch;
  }

  @Override
  public int compareTo(Version other) {
    int byMajor = Integer.compare(major, other.major);
    if (byMajor != 0) {
      return byMajor;
    }
    int byMinor = Integer.compare(minor, other.minor);
    return byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Version v && compareTo(v) == 0;
  }

  @Override
  public int hashCode() {
    return (major * 31 + minor) * 31 + patch;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
