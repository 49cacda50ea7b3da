package org.vhostdp.driver.afxdp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one queue and direction: written by its IO thread once per burst, read by anybody.
 * They start and end with a cache line of nothing, so that no other thread's data shares theirs.
 */
final class AfxdpCounters {
  static final int FRAMES = 8;
  static final int BYTES = 9;

  /** Frames the kernel took from us, or had for us, and that were lost. */
  static final int DROPPED = 10;

  /** Frames that were refused, or came damaged. */
  static final int ERRORS = 11;

  /** Of the dropped: longer than the MTU; or sent while the interface was down. */
  static final int SPECIAL = 12;

  /** System calls that woke the kernel. */
  static final int KICKS = 13;

  /** Checksums completed after receiving. */
  static final int COMPLETED = 14;

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
