package org.vhostdp.bench.report;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;

/**
 * How many times the other side's value the subject's is, in one row. Rounds are what counts: the
 * machine's state changes from minute to minute, but hardly within a round.
 *
 * @param ofMedians of all windows, rounds disregarded
 * @param median of the rounds' ratios
 * @param min of the rounds' ratios
 * @param max of the rounds' ratios
 * @param rounds in which both sides have a value
 */
record Comparison(double ofMedians, double median, double min, double max, int rounds) {
  /** Empty if there is no round in which both sides have a value and the other's is not zero. */
  static Optional<Comparison> of(Row row, Metric metric, String subject, String other) {
    OptionalDouble all =
        ratio(
            Figures.of(row, metric, subject).map(Figures::median),
            Figures.of(row, metric, other).map(Figures::median));
    DoubleStream ratios =
        row.samples().stream()
            .mapToInt(sample -> sample.round())
            .distinct()
            .mapToObj(
                round ->
                    ratio(inRound(row, metric, subject, round), inRound(row, metric, other, round)))
            .flatMapToDouble(OptionalDouble::stream);
    Optional<Figures> rounds = Figures.of(ratios);
    return rounds.map(
        of -> new Comparison(all.orElse(of.median()), of.median(), of.min(), of.max(), of.count()));
  }

  private static Optional<Double> inRound(Row row, Metric metric, String side, int round) {
    return Figures.of(
            Figures.values(
                row, metric, sample -> sample.side().equals(side) && sample.round() == round))
        .map(Figures::median);
  }

  private static OptionalDouble ratio(Optional<Double> subject, Optional<Double> other) {
    if (subject.isEmpty() || other.isEmpty() || other.get() == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(subject.get() / other.get());
  }

  /** For tables: the median, and what the rounds lie between if there are several. */
  @Override
  public String toString() {
    return rounds == 1
        ? Numbers.ratio(median)
        : "%s (%s..%s)".formatted(Numbers.ratio(median), Numbers.ratio(min), Numbers.ratio(max));
  }
}
