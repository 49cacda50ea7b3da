package org.vhostdp.bench.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as short as they can be read. */
final class Numbers {
  private Numbers() {}

  /** Three digits, but all those before the point. */
  static String of(double value) {
    return decimals(value, 3);
  }

  /** Two digits after the point; more in front of a small ratio's, fewer behind a large one's. */
  static String ratio(double value) {
    double size = Math.abs(value);
    return size == 0 || size >= 0.1 && size < 9.995
        ? String.format(Locale.ROOT, "%.2f", value)
        : decimals(value, size < 0.1 ? 2 : 3);
  }

  /** A mark of an axis, with the digits that its step needs. */
  static String mark(double value, double step) {
    return BigDecimal.valueOf(value)
        .setScale(Math.max(0, 1 - (int) Math.floor(Math.log10(step))), RoundingMode.HALF_EVEN)
        .stripTrailingZeros()
        .toPlainString();
  }

  private static String decimals(double value, int digits) {
    if (value == 0) {
      return "0";
    }
    // Of what is left after rounding: 9.996 is 10.0, not 10.00.
    double rounded =
        Double.parseDouble(String.format(Locale.ROOT, "%." + (digits - 1) + "e", value));
    int before = (int) Math.floor(Math.log10(Math.abs(rounded))) + 1;
    int after = Math.clamp(digits - before, 0, 9);
    return String.format(Locale.ROOT, "%." + after + "f", value);
  }
}
