package org.vhostdp.bench.latency;

import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * How long others had the cores during a window, which no back-end can be blamed for.
 *
 * @param stolenMillis the hypervisor, both cores; counted in steps of 10
 * @param clientMillis other threads, while the client's would have run; NaN if unknown
 * @param backMillis other threads, while the back-end's would have run; NaN if unknown
 */
record Disturbance(double stolenMillis, double clientMillis, double backMillis) {
  /** Whether it shows in the high percentiles of a window of so many milliseconds. */
  boolean matters(double windowMillis) {
    // A thousandth of the time: more than what lies above p99.9.
    return sum() > windowMillis / 1000;
  }

  /** What is known of it. */
  double sum() {
    return DoubleStream.of(stolenMillis, clientMillis, backMillis)
        .filter(millis -> !Double.isNaN(millis))
        .sum();
  }

  /** Adds what is known to a sample's values. */
  void addTo(Map<String, Double> values) {
    values.put("steal_ms", stolenMillis);
    values.put("client_wait_ms", clientMillis);
    values.put("back_wait_ms", backMillis);
    values.values().removeIf(millis -> Double.isNaN(millis));
  }
}
