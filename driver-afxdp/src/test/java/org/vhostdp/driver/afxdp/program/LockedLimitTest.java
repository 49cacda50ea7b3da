package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LockedMemory;

/** The limit of locked memory is raised as far as it goes, or explained with its numbers. */
final class LockedLimitTest {
  private static final long MIB = 1 << 20;
  private LockedMemory before;

  @BeforeEach
  void lower() throws Exception {
    before = LockedMemory.now();
    assumeTrue(
        Long.compareUnsigned(before.hard(), 4 * MIB) >= 0,
        "the hard limit of locked memory is below 4 MiB here");
    new LockedMemory(MIB, before.hard()).apply();
  }

  @AfterEach
  void restore() throws Exception {
    if (before != null) {
      before.apply();
    }
  }

  @Test
  void theSoftLimitGrowsAsFarAsTheHardOne() throws Exception {
    assertFalse(LockedLimit.raise(MIB));
    assertTrue(LockedLimit.raise(3 * MIB));
    assertEquals(new LockedMemory(3 * MIB, before.hard()), LockedMemory.now());
  }

  @Test
  void beyondTheHardLimitAllIsTakenAndTheRestExplained() throws Exception {
    assumeTrue(before.hard() != LockedMemory.UNLIMITED, "the hard limit is unlimited here");
    long needed = before.hard() + MIB;
    assertTrue(LockedLimit.raise(needed));
    if (LockedMemory.now().allows(needed)) {
      // With CAP_SYS_RESOURCE the hard limit grew too; it is put back afterwards.
      return;
    }
    assertEquals(before.hard(), LockedMemory.now().soft());
    assertFalse(LockedLimit.raise(needed), "nothing is left to raise");
    String said = LockedLimit.advice(needed);
    assertTrue(said.startsWith((needed >> 10) + " KiB of locked memory are needed"), said);
    assertTrue(said.contains("RLIMIT_MEMLOCK is " + (before.hard() >> 10) + " KiB"), said);
    assertTrue(said.contains("CAP_IPC_LOCK"), said);
  }

  @Test
  void anOldKernelsRefusalIsTriedAgainWithAHigherLimit() {
    int[] calls = {0};
    assertEquals(7, LockedLimit.creating(() -> calls[0]++ == 0 ? -Errno.EPERM : 7));
    assertEquals(2, calls[0]);
    calls[0] = 0;
    assertEquals(-Errno.EINVAL, LockedLimit.creating(() -> calls[0]++ < 5 ? -Errno.EINVAL : 7));
    assertEquals(1, calls[0]);
  }
}
