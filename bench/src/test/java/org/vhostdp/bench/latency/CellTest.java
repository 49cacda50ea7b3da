package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CellTest {
  @Test
  void itsNameSaysWhatDistinguishesIt() {
    assertEquals("split, 64, 10 k/s", new Cell(false, 64, 10_000, false).toString());
    assertEquals(
        "packed, 1500, 1 M/s, --spin-us 1000", new Cell(true, 1500, 1_000_000, true).toString());
    assertEquals("1234 /s", Cell.load(1234));
  }

  @Test
  void anInstanceSleepsBetweenFramesThatAreFurtherApartThanItPolls() {
    assertTrue(Cell.sleeps(10_000));
    assertTrue(Cell.sleeps(20_000));
    assertFalse(Cell.sleeps(100_000));
  }
}
