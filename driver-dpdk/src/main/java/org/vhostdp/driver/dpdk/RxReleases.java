package org.vhostdp.driver.dpdk;

import org.vhostdp.spi.Burst;

/**
 * Received frames that come back: their mbufs are lent again, or the pool's. The queue's thread.
 */
final class RxReleases {
  private final MbufPool pool;
  private final long base;
  private final int bufferBytes;
  private final RxLoans loans;
  private final Seat seat;
  private final MbufCache cache;
  private final ReleasedMbufs released;

  /** Mbufs that are given back at once. */
  private final long[] back = new long[MbufCache.BATCH];

  RxReleases(MbufPool pool, RxLoans loans, Seat seat, ReleasedMbufs released) {
    this.pool = pool;
    this.loans = loans;
    this.seat = seat;
    this.released = released;
    cache = new MbufCache(pool, seat.number());
    base = pool.memory().address();
    bufferBytes = pool.bufferBytes();
  }

  /** What {@link DpdkQueueRx#release} does. */
  void release(Burst frames, int first, int count) {
    int at = first;
    int end = first + count;
    while (at < end) {
      int plain = giveBack(frames, at, Math.min(end, at + MbufCache.BATCH));
      int taken = released.give(back, plain);
      if (taken < plain) {
        cache.give(back, taken, plain - taken);
      }
      at += plain;
      if (plain == 0) {
        releaseOne(frames, at++);
      }
    }
  }

  /** Ends loans of mbufs that are nobody else's; returns how many, which are in back. */
  private int giveBack(Burst frames, int first, int end) {
    long[] lent = loans.all();
    int head = loans.head();
    int count = Math.min(end - first, loans.tail() - head);
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    long[] out = back;
    long room = bufferBytes;
    int ended = 0;
    int i = 0;
    for (; i < count; i++) {
      long loan = lent[head + i & lent.length - 1];
      long mbuf = RxLoans.mbuf(loan);
      long data = offsets[first + i] - mbuf - MbufLayout.BYTES;
      if (regions[first + i] != MbufPool.REGION
          || data < 0
          || data >= room
          || RxLoans.isShared(loan)) {
        break;
      }
      out[i] = mbuf;
      ended += (int) (loan & RxLoans.LAST);
    }
    loans.ended(i, ended);
    return i;
  }

  /** Releases an mbuf that others hold too, or says what is wrong. */
  private void releaseOne(Burst frames, int i) {
    long loan = loans.oldest();
    long mbuf = RxLoans.mbuf(loan);
    long data = frames.offset[i] - mbuf - MbufLayout.BYTES;
    if (loan < 0 || frames.region[i] != MbufPool.REGION || data < 0 || data >= bufferBytes) {
      throw notLent(frames, i);
    }
    loans.end(loan);
    // One of several references to it is given up.
    seat.sit();
    pool.freeOne(base + mbuf);
    seat.rise();
  }

  private static IllegalStateException notLent(Burst frames, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + frames.offset[i]
            + " of region "
            + frames.region[i]
            + " was released but is not lent: a frame is released once, by the queue it came"
            + " from, in the order received.");
  }

  /** Takes back what is lent, and what is at hand; control threads, while the gate is shut. */
  void reset() {
    for (long loan = loans.oldest(); loan >= 0; loan = loans.oldest()) {
      loans.end(loan);
      pool.freeOne(base + RxLoans.mbuf(loan));
    }
    cache.empty();
  }
}
