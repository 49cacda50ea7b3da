package org.vhostdp.cli.text;

import java.util.Locale;

/** Numbers for people. */
public final class Units {
  private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P"};
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Units() {}

  /** With a decimal prefix: {@code 1.23 M}, three digits. */
  public static String decimal(double value, String unit) {
    int step = 0;
    double scaled = value;
    while (Math.abs(scaled) >= 999.5 && step < DECIMAL.length - 1) {
      scaled /= 1000;
      step++;
    }
    String text = step == 0 && scaled == Math.rint(scaled) ? whole(scaled) : digits(scaled);
    String suffix = DECIMAL[step] + unit;
    return suffix.isEmpty() ? text : text + " " + suffix;
  }

  /** Bytes with a binary prefix: {@code 512 MiB}. */
  public static String bytes(long bytes) {
    int step = 0;
    double scaled = bytes;
    while (scaled >= 1024 && step < BINARY.length - 1) {
      scaled /= 1024;
      step++;
    }
    return (scaled == Math.rint(scaled) ? whole(scaled) : digits(scaled)) + " " + BINARY[step];
  }

  private static String whole(double value) {
    return Long.toString((long) value);
  }

  private static String digits(double value) {
    double size = Math.abs(value);
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /**
   * Nanoseconds as a time of day-long things: {@code 3 s}, {@code 2 min 5 s}, {@code 4 h 1 min}.
   */
  public static String duration(long nanos) {
    long seconds = nanos / 1_000_000_000L;
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
  }

  /** Nanoseconds as microseconds or milliseconds: {@code 82 us}, {@code 1.20 ms}. */
  public static String latency(double nanos) {
    return nanos < 999_500 ? digits(nanos / 1000) + " us" : digits(nanos / 1_000_000) + " ms";
  }
}
