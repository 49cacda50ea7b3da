package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Metric;

class WindowTest {
  private static final long LONGEST = 60_000_000_000L;

  private static Histogram histogram(long... nanos) {
    Histogram histogram = new Histogram(LONGEST, 3);
    for (long value : nanos) {
      histogram.recordValue(value);
    }
    return histogram;
  }

  static Window window(long sent, long lost, long held, Histogram latency, Histogram lateness) {
    Schedule schedule = new Schedule(0, 1000, 100);
    return new Window(
        schedule, sent, lost, 0, held, schedule.due(sent - 1), 7000, latency, lateness);
  }

  @Test
  void percentilesBecomeMicroseconds() {
    Histogram latency = new Histogram(LONGEST, 3);
    for (int i = 1; i <= 100_000; i++) {
      latency.recordValue(i * 10L);
    }
    Map<String, Double> values = window(100, 0, 0, latency, histogram(0)).values();
    assertEquals(500, values.get("p50"), 0.5);
    assertEquals(990, values.get("p99"), 1);
    assertEquals(999, values.get("p999"), 1);
    assertEquals(999.9, values.get("p9999"), 1);
    assertEquals(1000, values.get("max"), 1);
    assertEquals(7, values.get("gap"));
  }

  @Test
  void everyMetricHasItsValue() {
    Map<String, Double> values = window(100, 0, 0, histogram(1000), histogram(0)).values();
    for (Metric metric : Window.METRICS) {
      assertTrue(values.containsKey(metric.key()), metric.key());
      assertFalse(metric.higherIsBetter(), metric.key());
    }
  }

  @Test
  void withoutAFrameThereAreNoPercentiles() {
    Map<String, Double> values = window(100, 100, 0, histogram(), histogram(0)).values();
    assertFalse(values.containsKey("p50"));
    assertEquals(100, values.get("lost"));
  }

  @Test
  void latenessBeyondTwentyMicrosecondsAtTheNinetyNinthIsTold() {
    assertFalse(window(100, 0, 0, histogram(1000), histogram(19_000)).late());
    assertTrue(window(100, 0, 0, histogram(1000), histogram(21_000)).late());
  }

  @Test
  void aLoadMissedByMoreThanOnePercentIsTold() {
    assertFalse(window(100, 0, 0, histogram(1000), histogram(0)).missed());
    assertTrue(window(99, 0, 0, histogram(1000), histogram(0)).missed());
    Schedule schedule = new Schedule(0, 1000, 100);
    long end = schedule.due(99);
    Histogram none = histogram(0);
    assertFalse(new Window(schedule, 100, 0, 0, 0, end * 1009 / 1000, 0, none, none).missed());
    assertTrue(new Window(schedule, 100, 0, 0, 0, end * 1012 / 1000, 0, none, none).missed());
  }
}
