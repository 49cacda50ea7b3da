package org.vhostdp.bench.latency;

import java.util.function.LongSupplier;

/** A clock that goes on a little each time it is asked, and once makes a leap. */
final class FakeClock implements LongSupplier {
  private final long step;
  private long leapAt = Long.MAX_VALUE;
  private long leap;
  private long now;

  FakeClock(long step) {
    this.step = step;
  }

  /** The first question after {@code at} is answered {@code length} nanoseconds later. */
  void leap(long at, long length) {
    leapAt = at;
    leap = length;
  }

  @Override
  public long getAsLong() {
    now += step;
    if (now >= leapAt) {
      now += leap;
      leapAt = Long.MAX_VALUE;
    }
    return now;
  }

  /** Without going on. */
  long now() {
    return now;
  }
}
