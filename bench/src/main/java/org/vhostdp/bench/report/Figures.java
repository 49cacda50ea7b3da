package org.vhostdp.bench.report;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/**
 * All windows of one side in one row, in the metric's unit.
 *
 * @param lower quartile
 * @param upper quartile
 * @param count windows that have the value
 */
record Figures(double median, double lower, double upper, double min, double max, int count) {
  /** Empty if no window of the side has the value. */
  static Optional<Figures> of(Row row, Metric metric, String side) {
    return of(values(row, metric, sample -> sample.side().equals(side)));
  }

  /** Empty if there are no values. */
  static Optional<Figures> of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Figures(
            quantile(sorted, 0.5),
            quantile(sorted, 0.25),
            quantile(sorted, 0.75),
            sorted[0],
            sorted[sorted.length - 1],
            sorted.length));
  }

  /** The values of the samples that have one, in the metric's unit. */
  static DoubleStream values(Row row, Metric metric, Predicate<Sample> which) {
    return row.samples().stream()
        .filter(which)
        .map(sample -> sample.values().get(metric.key()))
        .filter(Objects::nonNull)
        .mapToDouble(value -> value / metric.scale())
        .filter(Double::isFinite);
  }

  /** Between two values, in proportion. */
  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** The quartiles, for tables. */
  String spread() {
    return Numbers.of(lower) + ".." + Numbers.of(upper);
  }
}
