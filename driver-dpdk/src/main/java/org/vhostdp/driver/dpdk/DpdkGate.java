package org.vhostdp.driver.dpdk;

/**
 * Whether a queue pair may move frames. Volatile: a burst call that begins after a change sees it,
 * and with it all that was set up before.
 */
final class DpdkGate {
  private volatile boolean open;

  boolean isOpen() {
    return open;
  }

  void set(boolean opens) {
    open = opens;
  }
}
