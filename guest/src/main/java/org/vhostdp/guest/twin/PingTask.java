package org.vhostdp.guest.twin;

import java.util.Arrays;

/** Sends echo requests at an interval and times the replies. */
final class PingTask extends GuestTask<PingResult> {
  private static final int DATA = 56;

  /** Without an interval: when a reply counts as lost and the next request goes out. */
  private static final long LOST_NANOS = 1_000_000_000L;

  private final int target;
  private final int id;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final long[] sentAt;
  private final long[] roundTrip;
  private int sent;
  private int received;
  private long nextAt;
  private long deadline;

  PingTask(int target, int id, int count, long intervalNanos, long timeoutNanos) {
    this.target = target;
    this.id = id;
    this.intervalNanos = intervalNanos;
    this.timeoutNanos = timeoutNanos;
    this.sentAt = new long[count];
    this.roundTrip = new long[count];
    Arrays.fill(roundTrip, -1);
    nextAt = System.nanoTime();
    deadline = nextAt + timeoutNanos;
  }

  @Override
  boolean step(IpHost host, long now) {
    if (sent < sentAt.length && now - nextAt >= 0) {
      long mac = host.resolve(target, now);
      if (mac < 0) {
        nextAt = now + IpHost.RESOLVE_AGAIN_NANOS;
      } else if (host.sendEchoRequest(mac, target, id, sent, DATA)) {
        sentAt[sent++] = now;
        nextAt = now + (intervalNanos > 0 ? intervalNanos : Math.min(timeoutNanos, LOST_NANOS));
        deadline = now + timeoutNanos;
      }
    }
    // With requests left, the deadline counts only if nobody answers ARP or the device is stuck.
    boolean waiting = sent > 0 && sent < sentAt.length && now - nextAt < 0;
    if (received == sentAt.length || now - deadline >= 0 && !waiting) {
      result.complete(new PingResult(sent, roundTrip));
      return false;
    }
    return true;
  }

  @Override
  long wakeAt() {
    return sent < sentAt.length ? nextAt : deadline;
  }

  @Override
  void echoReply(int replyId, int sequence, long now) {
    if (replyId == id && sequence < sent && roundTrip[sequence] < 0) {
      roundTrip[sequence] = now - sentAt[sequence];
      received++;
      if (intervalNanos == 0) {
        nextAt = now;
      }
    }
  }
}
