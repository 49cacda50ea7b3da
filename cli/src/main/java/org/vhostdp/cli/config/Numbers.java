package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.List;

/** Numbers as operators write them. */
public final class Numbers {
  private static final int MOST_CPU = 8191;

  private Numbers() {}

  /** A whole number, or {@link Long#MIN_VALUE} if it is none. */
  static long whole(Object raw) {
    if (raw instanceof Long number) {
      return number;
    }
    return raw instanceof String text ? parse(text, 10) : Long.MIN_VALUE;
  }

  /** Permission bits in octal, or -1. */
  static int octal(String text) {
    long bits = parse(text, 8);
    return bits < 0 || bits > 0777 ? -1 : (int) bits;
  }

  private static long parse(String text, int radix) {
    try {
      return Long.parseLong(text, radix);
    } catch (NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }

  /** Cores such as {@code 0,2-3}, or null if the text is something else. */
  public static List<Integer> cpus(String text) {
    List<Integer> cpus = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int dash = part.indexOf('-');
      long from = parse(dash < 0 ? part.strip() : part.substring(0, dash).strip(), 10);
      long to = dash < 0 ? from : parse(part.substring(dash + 1).strip(), 10);
      if (from < 0 || to < from || to > MOST_CPU) {
        return null;
      }
      for (long cpu = from; cpu <= to; cpu++) {
        cpus.add((int) cpu);
      }
    }
    return cpus;
  }
}
