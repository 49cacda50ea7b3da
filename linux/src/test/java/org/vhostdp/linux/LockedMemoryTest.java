package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The limit is read and set for the whole process. */
class LockedMemoryTest {
  @Test
  void theSoftLimitGoesDownAndUpAgain() throws Exception {
    LockedMemory before = LockedMemory.now();
    LockedMemory low = new LockedMemory(4096, before.hard());
    try {
      low.apply();
      assertEquals(low, LockedMemory.now());
      assertTrue(low.allows(4096));
      assertFalse(low.allows(4097));
      assertTrue(new LockedMemory(LockedMemory.UNLIMITED, 0).allows(Long.MAX_VALUE));
    } finally {
      before.apply();
    }
    assertEquals(before, LockedMemory.now());
  }
}
