package org.vhostdp.driver.netmap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one queue and direction: written by its IO thread once per burst, read by anybody.
 * They start and end with a cache line of nothing, so that no other thread's data shares theirs.
 */
final class NetmapCounters {
  static final int FRAMES = 8;
  static final int BYTES = 9;

  /** Frames that were accepted, or had arrived, and were lost. */
  static final int DROPPED = 10;

  /** Frames that were refused, or came damaged. */
  static final int ERRORS = 11;

  /** Of the dropped: received with an offload that is not allowed. */
  static final int UNFIT = 12;

  /** Calls of the kernel. */
  static final int SYNCS = 13;

  /** Buffers that changed slots: sent out of turn, or replaced while they were lent. */
  static final int SWAPS = 14;

  private static final int LENGTH = 24;
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells = new long[LENGTH];

  /** Adds; the counter's owner only. Opaque: a reader sees whole numbers that never decrease. */
  void add(int counter, long n) {
    if (n != 0) {
      CELL.setOpaque(cells, counter, (long) CELL.getOpaque(cells, counter) + n);
    }
  }

  long get(int counter) {
    return (long) CELL.getOpaque(cells, counter);
  }
}
