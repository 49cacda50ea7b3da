package org.vhostdp.guest.twin;

import java.util.Arrays;

/**
 * Outcome of a ping.
 *
 * @param sent echo requests sent
 * @param roundTripNanos by sequence number; -1 where no reply came in time
 */
public record PingResult(int sent, long[] roundTripNanos) {
  /** Replies that came in time. */
  public int received() {
    return (int) Arrays.stream(roundTripNanos).filter(nanos -> nanos >= 0).count();
  }

  /** Smallest round trip in ns, or -1 without any reply. */
  public long bestNanos() {
    return Arrays.stream(roundTripNanos).filter(nanos -> nanos >= 0).min().orElse(-1);
  }

  /** Mean round trip in ns, or -1 without any reply. */
  public long meanNanos() {
    return (long) Arrays.stream(roundTripNanos).filter(nanos -> nanos >= 0).average().orElse(-1);
  }
}
