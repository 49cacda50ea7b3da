package org.vhostdp.bench.latency;

import java.util.Map;
import org.vhostdp.bench.result.Sample;

/** A window, and what else happened on the machine meanwhile. */
record Measured(Window window, Disturbance disturbance) {
  Sample sample(String side, int round) {
    Map<String, Double> values = window.values();
    disturbance.addTo(values);
    return new Sample(side, round, values);
  }

  /** Whether others had the cores for long enough to be seen in the high percentiles. */
  boolean disturbed() {
    Schedule schedule = window.schedule();
    return disturbance.matters((schedule.end() - schedule.start()) / 1e6);
  }
}
