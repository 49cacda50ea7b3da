package org.vhostdp.dataplane.io;

/** Whether a call of a driver's port hangs, or did: nobody may call its queues any more. */
final class Hang {
  private volatile boolean dead;

  /** A call hangs. The watchdog. */
  void declare() {
    dead = true;
  }

  /**
   * Whether a call is to be left out, as a thread hangs in one.
   *
   * @throws IllegalStateException on an IO thread, whose pair then ends as well
   */
  boolean skips(Lease lease) {
    if (!dead) {
      return false;
    }
    if (lease == null) {
      return true;
    }
    throw new IllegalStateException("a call of this driver hangs on another thread");
  }
}
