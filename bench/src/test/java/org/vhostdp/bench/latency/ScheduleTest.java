package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void framesAreEvenlySpacedFromTheStart() {
    Schedule schedule = new Schedule(500, 1_000_000, 10);
    assertEquals(500, schedule.due(0));
    assertEquals(1500, schedule.due(1));
    assertEquals(9500, schedule.due(9));
    assertEquals(10_500, schedule.end());
  }

  @Test
  void aRateThatDoesNotDivideASecondDoesNotDrift() {
    Schedule schedule = new Schedule(0, 3, 3_000_000);
    assertEquals(333_333_333, schedule.due(1));
    assertEquals(1_000_000_000L, schedule.due(3));
    assertEquals(1_000_000L * 1_000_000_000L, schedule.end());
  }

  @Test
  void anHourAtTheHighestLoadFitsInALong() {
    int rate = 2_000_000;
    assertEquals(3600L * 1_000_000_000L, new Schedule(0, rate, 0).due(3600L * rate));
  }
}
