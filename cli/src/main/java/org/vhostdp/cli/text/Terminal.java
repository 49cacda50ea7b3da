package org.vhostdp.cli.text;

import java.io.Console;
import java.util.List;

/** What is known of the terminal, and the few control sequences (ECMA-48) that are used. */
public final class Terminal {
  private static final String HOME = "\033[H";
  private static final String CLEAR_LINE_END = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  private Terminal() {}

  /** Whether standard output is a terminal that understands control sequences. */
  public static boolean isThere() {
    Console console = System.console();
    String kind = System.getenv("TERM");
    return console != null && console.isTerminal() && kind != null && !kind.equals("dumb");
  }

  /** Text that replaces the screen by lines. */
  public static String redraw(List<String> lines) {
    StringBuilder out = new StringBuilder(HOME);
    for (String line : lines) {
      out.append(line).append(CLEAR_LINE_END).append('\n');
    }
    return out.append(CLEAR_BELOW).toString();
  }

  /** Text that replaces the current line, cut so that it does not wrap. */
  public static String line(String text) {
    int width = width();
    return "\r" + (text.length() < width ? text : text.substring(0, width - 1)) + CLEAR_LINE_END;
  }

  private static int width() {
    String columns = System.getenv("COLUMNS");
    try {
      return columns == null ? 80 : Math.max(20, Integer.parseInt(columns));
    } catch (NumberFormatException e) {
      return 80;
    }
  }
}
