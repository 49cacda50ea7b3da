package org.vhostdp.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Gathers the values of one scrape, by family. A family's text is that of its first value. */
final class Families {
  private final Map<String, Family<?>> families = new LinkedHashMap<>();

  private record Family<P>(List<P> points, Function<List<P>, MetricSnapshot> made) {
    MetricSnapshot snapshot() {
      return made.apply(points);
    }
  }

  /**
   * A number that only grows.
   *
   * @param name without "_total", which is added
   */
  void counter(String name, String help, double value, Labels labels) {
    this.<CounterDataPointSnapshot>points(
            name,
            points -> {
              CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
              points.forEach(family::dataPoint);
              return family.build();
            })
        .add(CounterDataPointSnapshot.builder().value(value).labels(labels).build());
  }

  /** A number that comes and goes. */
  void gauge(String name, String help, double value, Labels labels) {
    this.<GaugeDataPointSnapshot>points(
            name,
            points -> {
              GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
              points.forEach(family::dataPoint);
              return family.build();
            })
        .add(GaugeDataPointSnapshot.builder().value(value).labels(labels).build());
  }

  /**
   * How often values of which size were seen.
   *
   * @param bounds the largest value of each count but the last
   * @param counts one more than bounds
   * @param sum of all values
   */
  void histogram(
      String name, String help, double[] bounds, long[] counts, double sum, Labels labels) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < counts.length; i++) {
      buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
    }
    HistogramDataPointSnapshot.Builder point =
        HistogramDataPointSnapshot.builder().classicHistogramBuckets(buckets.build());
    point.labels(labels);
    point.sum(sum);
    this.<HistogramDataPointSnapshot>points(
            name,
            points -> {
              HistogramSnapshot.Builder family = HistogramSnapshot.builder().name(name).help(help);
              points.forEach(family::dataPoint);
              return family.build();
            })
        .add(point.build());
  }

  @SuppressWarnings("unchecked") // A name has one kind of values, given by its one caller.
  private <P> List<P> points(String name, Function<List<P>, MetricSnapshot> made) {
    Family<?> family = families.computeIfAbsent(name, n -> new Family<>(new ArrayList<>(), made));
    return (List<P>) family.points();
  }

  MetricSnapshots snapshots() {
    return new MetricSnapshots(families.values().stream().map(Family::snapshot).toList());
  }
}
