package org.vhostdp.driver.mdev.nic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one queue and direction: written by its IO thread once per burst, read by anybody.
 * They start and end with a cache line of nothing, so that no other thread's data shares theirs.
 */
public final class Counters {
  public static final int FRAMES = 8;
  public static final int BYTES = 9;

  /** Frames that were accepted, or had arrived, and were lost. */
  public static final int DROPPED = 10;

  /** Frames that were refused, or arrived damaged. */
  public static final int ERRORS = 11;

  /** Times that the device was told of new work. */
  public static final int KICKS = 12;

  private static final int LENGTH = 24;
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells = new long[LENGTH];

  /** Adds; the counter's owner only. Opaque: a reader sees whole numbers that never decrease. */
  public void add(int counter, long n) {
    if (n != 0) {
      CELL.setOpaque(cells, counter, (long) CELL.getOpaque(cells, counter) + n);
    }
  }

  public long get(int counter) {
    return (long) CELL.getOpaque(cells, counter);
  }
}
