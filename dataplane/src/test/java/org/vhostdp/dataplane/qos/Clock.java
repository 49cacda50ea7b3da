package org.vhostdp.dataplane.qos;

import java.util.function.LongSupplier;

/** A clock that stands still until it is moved. */
final class Clock implements LongSupplier {
  static final long SECOND = 1_000_000_000;

  long now;

  Clock(long now) {
    this.now = now;
  }

  @Override
  public long getAsLong() {
    return now;
  }
}
