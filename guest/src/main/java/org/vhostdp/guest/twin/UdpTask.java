package org.vhostdp.guest.twin;

/** Sends stamped datagrams as fast as the device takes them. */
final class UdpTask extends GuestTask<UdpResult> {
  private static final int BURST = 64;
  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final long RECLAIM_NANOS = 1_000_000;

  private final int target;
  private final int port;
  private final int count;
  private final int size;
  private long sent;
  private long mac = -1;
  private long startedAt;
  private long progressAt;
  private long nextAt;

  UdpTask(int target, int port, int count, int size) {
    this.target = target;
    this.port = port;
    this.count = count;
    this.size = size;
    progressAt = System.nanoTime();
    nextAt = progressAt;
  }

  @Override
  boolean step(IpHost host, long now) {
    if (mac < 0) {
      mac = host.resolve(target, now);
      startedAt = now;
      nextAt = now + IpHost.RESOLVE_AGAIN_NANOS;
    }
    if (mac >= 0) {
      nextAt = now + RECLAIM_NANOS;
      for (int i = 0; i < BURST && sent < count; i++) {
        if (!host.sendStamped(mac, target, port, size, sent)) {
          break;
        }
        sent++;
        progressAt = now;
      }
    }
    if (host.sendingDone() && sent == count || now - progressAt > PATIENCE_NANOS) {
      result.complete(new UdpResult(sent, sent * size, now - startedAt));
      return false;
    }
    return true;
  }

  @Override
  long wakeAt() {
    return nextAt;
  }
}
