package org.vhostdp.driver.dpdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one queue and direction: written by its IO thread once per burst, read by anybody.
 * They start and end with a cache line of nothing, so that no other thread's data shares theirs.
 */
final class DpdkCounters {
  static final int FRAMES = 8;
  static final int BYTES = 9;

  /** Frames that arrived and did not fit the settings. */
  static final int DROPPED = 10;

  /** Frames that were refused, or came damaged. */
  static final int ERRORS = 11;

  /** Of the damaged: frames whose bytes are in memory that is not the pool's. */
  static final int ELSEWHERE = 12;

  private static final int LENGTH = 24;
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells = new long[LENGTH];

  /** Adds; the queue's IO thread only. Opaque: a reader sees whole numbers that never decrease. */
  void add(int counter, long n) {
    if (n != 0) {
      CELL.setOpaque(cells, counter, (long) CELL.getOpaque(cells, counter) + n);
    }
  }

  long get(int counter) {
    return (long) CELL.getOpaque(cells, counter);
  }
}
