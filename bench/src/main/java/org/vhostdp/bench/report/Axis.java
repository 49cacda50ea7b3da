package org.vhostdp.bench.report;

/**
 * A linear axis from zero, with marks at round numbers.
 *
 * @param step between two marks
 * @param marks beside that of zero
 */
record Axis(double step, int marks) {
  private static final int FEWEST_MARKS = 4;
  private static final double[] ROUND = {1, 2, 2.5, 5, 10};

  /** The shortest axis that has room for a value. */
  static Axis upTo(double most) {
    double end = most > 0 ? most : 1;
    double power = Math.pow(10, Math.floor(Math.log10(end / FEWEST_MARKS)));
    double step = power;
    for (double round : ROUND) {
      if (end / (round * power) >= FEWEST_MARKS) {
        step = round * power;
      }
    }
    return new Axis(step, (int) Math.ceil(end / step - 1e-9));
  }

  double end() {
    return step * marks;
  }

  /** Where a value lies, from 0 to 1. */
  double place(double value) {
    return Math.clamp(value / end(), 0, 1);
  }
}
