package org.vhostdp.dataplane.io;

import org.vhostdp.linux.Threads;

/** A platform thread that runs a loop of turns, and knows its lease. */
final class LoopThread extends Thread {
  private final Lease lease;
  private volatile int tid;

  LoopThread(String name, TurnLoop loop) {
    super(null, loop, name, 0, false);
    this.lease = loop.lease();
    setDaemon(true);
  }

  @Override
  public void run() {
    tid = Threads.tid();
    super.run();
  }

  /** The kernel's number of it; 0 until it runs. */
  int tid() {
    return tid;
  }

  Lease lease() {
    return lease;
  }
}
