package org.vhostdp.tck.rule;

import java.time.Duration;

/**
 * The end of a wait, in time during which the waiting thread ran: a machine that is busy elsewhere
 * for seconds takes none of it away. Whoever waits looks for what is to come first, and at this
 * afterwards, over and over. One thread.
 */
public final class Deadline {
  /** Between two looks no more nanoseconds than this count; whatever is beyond was a stall. */
  private static final long STEP = 5_000_000;

  /** Looks that there are at least, however short the limit is. */
  private static final long LOOKS = 16;

  private final long step;
  private long left;
  private long last = System.nanoTime();

  private Deadline(long nanos) {
    left = nanos;
    step = Math.min(STEP, nanos / LOOKS);
  }

  /** So long after now; zero is over at the first look. */
  public static Deadline in(Duration limit) {
    return new Deadline(limit.toNanos());
  }

  /** Whether it is over. */
  public boolean passed() {
    long now = System.nanoTime();
    left -= Math.min(step, now - last);
    last = now;
    return left <= 0;
  }

  /** What a call that waits by itself may take before the next look: a few milliseconds at most. */
  public Duration step() {
    return Duration.ofNanos(Math.max(0, Math.min(step, left)));
  }
}
