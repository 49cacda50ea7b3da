package org.vhostdp.spi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of versions in interval notation, {@code [1.0,2.0)}: a bracket includes its bound, a
 * parenthesis excludes it, an empty bound is open. Immutable.
 */
public final class VersionRange {
  private static final Pattern FORM =
      Pattern.compile("([\\[(])\\s*([0-9.]*)\\s*,\\s*([0-9.]*)\\s*([\\])])");

  private final String text;
  private final Version low;
  private final boolean lowIncluded;
  private final Version high;
  private final boolean highIncluded;

  private VersionRange(String text, Matcher m) {
    this.text = text;
    this.lowIncluded = m.group(1).equals("[");
    this.low = bound(m.group(2));
    this.high = bound(m.group(3));
    this.highIncluded = m.group(4).equals("]");
  }

  /** A bound may be a major version alone: 1 is 1.0. */
  private static Version bound(String text) {
    if (text.isEmpty()) {
      return null;
    }
    return Version.parse(text.indexOf('.') < 0 ? text + ".0" : text);
  }

  /**
   * Reads a range such as {@code [1.0,2.0)} or {@code [1,)}.
   *
   * @throws IllegalArgumentException with a sentence, if the text is not a range or holds nothing
   */
  public static VersionRange parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a version range; write it like [1.0,2.0)");
    }
    VersionRange range = new VersionRange(text, m);
    if (range.isEmpty()) {
      throw new IllegalArgumentException("the version range " + text + " holds no version");
    }
    return range;
  }

  private boolean isEmpty() {
    if (low == null || high == null) {
      return false;
    }
    int c = low.compareTo(high);
    return c > 0 || c == 0 && !(lowIncluded && highIncluded);
  }

  public boolean contains(Version version) {
    if (low != null) {
      int c = version.compareTo(low);
      if (c < 0 || c == 0 && !lowIncluded) {
        return false;
      }
    }
    if (high == null) {
      return true;
    }
    int c = version.compareTo(high);
    return c < 0 || c == 0 && highIncluded;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof VersionRange r && text.equals(r.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
