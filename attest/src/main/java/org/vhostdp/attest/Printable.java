package org.vhostdp.attest;

import java.nio.file.Path;

/** Text of strangers, made fit for a terminal. */
public final class Printable {
  private static final char INSTEAD = '\uFFFD';

  private Printable() {}

  /**
   * The text with control and invisible formatting characters replaced, so that it can neither
   * steer a terminal nor look like another text. Line feeds and tabs are replaced too.
   */
  public static String of(String text) {
    return clean(text, false);
  }

  /** As {@link #of(String)}, for a file. */
  public static String of(Path path) {
    return of(path.toString());
  }

  /** As {@link #of(String)}, but line feeds and tabs stay. */
  static String lines(String text) {
    return clean(text, true);
  }

  private static String clean(String text, boolean lines) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isHidden(c) && !(lines && (c == '\n' || c == '\t'))) {
        out = out == null ? new StringBuilder(text) : out;
        out.setCharAt(i, INSTEAD);
      }
    }
    return out == null ? text : out.toString();
  }

  /** Whether a name of a file may hold none of these. */
  static boolean isHidden(char c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || c == '\u2028'
        || c == '\u2029';
  }
}
