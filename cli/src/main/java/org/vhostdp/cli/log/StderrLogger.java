package org.vhostdp.cli.log;

import java.lang.System.Logger;
import java.util.Locale;
import java.util.ResourceBundle;

/** Writes {@code level: message}; with everything shown, seconds since the start before it. */
final class StderrLogger implements Logger {
  private static final long START = System.nanoTime();

  private final String name;
  private final boolean own;

  StderrLogger(String name, boolean own) {
    this.name = name;
    this.own = own;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean isLoggable(Level level) {
    return level != Level.OFF && level.compareTo(StderrLoggers.thresholdFor(own)) >= 0;
  }

  @Override
  public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
    if (isLoggable(level)) {
      write(level, text(bundle, message), thrown);
    }
  }

  @Override
  public void log(Level level, ResourceBundle bundle, String format, Object... params) {
    if (isLoggable(level)) {
      write(level, filled(text(bundle, format), params), null);
    }
  }

  private static String text(ResourceBundle bundle, String key) {
    return bundle != null && key != null && bundle.containsKey(key) ? bundle.getString(key) : key;
  }

  /** {@code {0}} and the like replaced; numbers as they are, for they are mostly identifiers. */
  static String filled(String format, Object... params) {
    if (format == null || params == null || params.length == 0) {
      return String.valueOf(format);
    }
    StringBuilder out = new StringBuilder(format.length() + 64);
    int at = 0;
    while (at < format.length()) {
      int open = format.indexOf('{', at);
      int close = open < 0 ? -1 : format.indexOf('}', open);
      int index = close < 0 ? -1 : index(format, open + 1, close);
      if (index < 0 || index >= params.length) {
        int next = open < 0 ? format.length() : open + 1;
        out.append(format, at, next);
        at = next;
      } else {
        out.append(format, at, open).append(params[index]);
        at = close + 1;
      }
    }
    return out.toString();
  }

  private static int index(String format, int from, int to) {
    if (to - from != 1) {
      return -1;
    }
    return Character.digit(format.charAt(from), 10);
  }

  private static void write(Level level, String message, Throwable thrown) {
    StringBuilder line = new StringBuilder(160);
    if (StderrLoggers.verbose()) {
      long millis = (System.nanoTime() - START) / 1_000_000;
      line.append('+').append(millis / 1000).append('.');
      line.append(Long.toString(millis % 1000 + 1000), 1, 4).append("s ");
    }
    line.append(level.getName().toLowerCase(Locale.ROOT)).append(": ").append(message);
    if (thrown != null) {
      line.append(": ").append(thrown.getMessage() == null ? thrown : thrown.getMessage());
    }
    // One call, so that lines of several threads do not mix.
    System.err.println(line.toString().replace('\n', ' '));
    if (thrown != null && StderrLoggers.verbose()) {
      thrown.printStackTrace();
    }
  }
}
