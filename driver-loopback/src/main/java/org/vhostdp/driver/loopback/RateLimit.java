package org.vhostdp.driver.loopback;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket, kept as one number: the time at which the bucket will be full again. A frame
 * moves it on by the time that its bytes take at the rate, and passes if it is then no further
 * ahead of the clock than the burst takes. Any number of threads; no locks.
 */
final class RateLimit {
  private static final double NANOS_OF_BYTE_AT_1_BIT = 8e9;

  private final double nanosPerByte;
  private final long burstNanos;
  private final AtomicLong full;

  /**
   * @param bitsPerSecond more than 0
   * @param burstBytes most bytes at once above the rate
   */
  RateLimit(long bitsPerSecond, long burstBytes) {
    nanosPerByte = NANOS_OF_BYTE_AT_1_BIT / bitsPerSecond;
    burstNanos = nanos(burstBytes);
    full = new AtomicLong(System.nanoTime());
  }

  private long nanos(long bytes) {
    // Half the range: a sum with a time does not overflow.
    return (long) Math.min(bytes * nanosPerByte, Long.MAX_VALUE / 2);
  }

  /** Takes the tokens of a frame. A frame longer than the burst needs a full bucket. */
  boolean take(int bytes, long now) {
    long cost = nanos(bytes);
    while (true) {
      long before = full.get();
      long ahead = Math.max(before - now, 0);
      if (ahead + cost > Math.max(burstNanos, cost)) {
        return false;
      }
      if (full.compareAndSet(before, now + ahead + cost)) {
        return true;
      }
    }
  }

  /** Gives back what {@link #take} took for a frame that was not moved after all. */
  void giveBack(int bytes) {
    full.addAndGet(-nanos(bytes));
  }
}
