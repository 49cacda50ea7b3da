package org.vhostdp.bench.latency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.vhostdp.bench.result.Metric;

/**
 * What the client found in one window.
 *
 * @param schedule what was asked of it
 * @param sent frames that left in time to be counted
 * @param lost of those, how many never came back
 * @param strays frames that came back twice, changed, or out of an earlier window
 * @param held turns in which a frame was due and had no room, for the back-end had too many
 * @param lastSent when the last frame left, nanoseconds of the clock
 * @param gap longest time between two turns of the client's loop, nanoseconds
 * @param latency of each frame from when it was due until it was back, nanoseconds
 * @param lateness of each frame from when it was due until it left, nanoseconds
 */
record Window(
    Schedule schedule,
    long sent,
    long lost,
    long strays,
    long held,
    long lastSent,
    long gap,
    Histogram latency,
    Histogram lateness) {
  /** Percentiles of the round trip; a sample holds more, to judge them by. */
  static final List<Metric> METRICS =
      List.of(
          new Metric("p50", "p50", "us", 1, false),
          new Metric("p99", "p99", "us", 1, false),
          new Metric("p999", "p99.9", "us", 1, false),
          new Metric("p9999", "p99.99", "us", 1, false),
          new Metric("max", "max", "us", 1, false));

  private static final double MICRO = 1e3;
  private static final double LATE_MICROS = 20;
  private static final double MISSED_SHARE = 0.01;

  /** Frames of the schedule that could not leave in time. */
  long unsent() {
    return schedule.frames() - sent;
  }

  /** Frames per second that really left. */
  double rate() {
    long took = lastSent - schedule.start();
    return took <= 0 ? schedule.rate() : Math.max(0, sent - 1) * 1e9 / took;
  }

  /** 99th percentile of the lateness, microseconds. */
  double lateMicros() {
    return lateness.getValueAtPercentile(99) / MICRO;
  }

  /** Whether the frames left so late that the figures tell of the client too. */
  boolean late() {
    return lateMicros() > LATE_MICROS;
  }

  /** Whether the offered load was less than it should have been. */
  boolean missed() {
    return unsent() > 0 || rate() < schedule.rate() * (1 - MISSED_SHARE);
  }

  /** For a sample: microseconds and counts. */
  Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    if (latency.getTotalCount() > 0) {
      values.put("p50", latency.getValueAtPercentile(50) / MICRO);
      values.put("p99", latency.getValueAtPercentile(99) / MICRO);
      values.put("p999", latency.getValueAtPercentile(99.9) / MICRO);
      values.put("p9999", latency.getValueAtPercentile(99.99) / MICRO);
      values.put("max", latency.getMaxValue() / MICRO);
    }
    values.put("gap", gap / MICRO);
    values.put("late", lateMicros());
    values.put("rate", rate());
    values.put("sent", (double) sent);
    values.put("lost", (double) lost);
    values.put("strays", (double) strays);
    values.put("unsent", (double) unsent());
    values.put("held", (double) held);
    return values;
  }
}
