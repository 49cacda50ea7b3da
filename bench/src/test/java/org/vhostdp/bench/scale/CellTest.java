package org.vhostdp.bench.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CellTest {
  @Test
  void beyondTestpmdsLimitsTheTwinIsTheClient() {
    assertTrue(new Cell(32, 8, false).testpmdClient());
    assertFalse(new Cell(33, 1, false).testpmdClient());
    assertFalse(new Cell(1, 9, false).testpmdClient());
  }

  @Test
  void nobodyInTheNamespaceSendsToGuests() {
    assertEquals(List.of(Direction.TO_HOST), new Cell(64, 1, true).directions());
  }

  @Test
  void bothRunsMeasureTheManyPortsThatTheTargetIsAbout() {
    for (boolean quick : List.of(true, false)) {
      List<Cell> cells = Cell.all(quick);
      assertTrue(cells.contains(new Cell(64, 1, false)));
      assertTrue(cells.contains(new Cell(64, 1, true)));
      assertEquals(cells.size(), new HashSet<>(cells).size());
    }
  }
}
