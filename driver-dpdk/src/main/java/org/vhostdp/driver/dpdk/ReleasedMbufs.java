package org.vhostdp.driver.dpdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Mbufs that the receive queue of a pair has got back and the transmit queue lends next, while they
 * are in the processor's cache. Without this they would go round through the pool where frames come
 * in by one queue and leave by the other, and each would be the coldest.
 *
 * <p>Threads: one gives, one takes; mostly they are the same.
 */
final class ReleasedMbufs {
  /** Most mbufs in it. */
  static final int MOST = 128;

  private static final VarHandle GIVEN;
  private static final VarHandle TAKEN;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      GIVEN = lookup.findVarHandle(ReleasedMbufs.class, "given", int.class);
      TAKEN = lookup.findVarHandle(ReleasedMbufs.class, "taken", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long[] mbufs = new long[MOST];
  private int given;
  private int taken;

  /**
   * Gives mbufs, as far as there is room.
   *
   * @param from their places, bytes from the region's start
   * @return how many of the first it took
   */
  int give(long[] from, int count) {
    int at = given;
    // Pairs with the release in take: a cell is written again only after it was read.
    int n = Math.min(count, MOST - (at - (int) TAKEN.getAcquire(this)));
    for (int i = 0; i < n; i++) {
      mbufs[at + i & MOST - 1] = from[i];
    }
    // Pairs with the acquire in take: the cells, and what was done to the mbufs, come first.
    GIVEN.setRelease(this, at + n);
    return n;
  }

  /**
   * Takes mbufs, as far as there are some.
   *
   * @param to where to write their places, from its start
   * @return how many it took
   */
  int take(long[] to, int wanted) {
    int at = taken;
    int n = Math.min(wanted, (int) GIVEN.getAcquire(this) - at);
    for (int i = 0; i < n; i++) {
      to[i] = mbufs[at + i & MOST - 1];
    }
    TAKEN.setRelease(this, at + n);
    return n;
  }
}
