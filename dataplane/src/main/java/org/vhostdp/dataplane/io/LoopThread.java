package org.vhostdp.dataplane.io;

/** A platform thread that runs a loop of turns, and knows its lease. */
final class LoopThread extends Thread {
  private final Lease lease;

  LoopThread(String name, TurnLoop loop) {
    super(null, loop, name, 0, false);
    this.lease = loop.lease();
    setDaemon(true);
  }

  Lease lease() {
    return lease;
  }
}
