package org.vhostdp.driver.afxdp;

/**
 * What the control thread allows a queue pair to do. Volatile: a burst call that begins after a
 * change sees it.
 */
final class AfxdpGate {
  private volatile boolean sending;
  private volatile boolean receiving;
  private volatile boolean gone;
  private volatile int offloads;
  private volatile int longest;

  boolean sending() {
    return sending;
  }

  boolean receiving() {
    return receiving;
  }

  /** The device was deleted: nothing works until the port is closed. */
  boolean gone() {
    return gone;
  }

  /** Offloads that received frames may use. */
  int offloads() {
    return offloads;
  }

  /** Bytes of the longest frame that is given to the host. */
  int longest() {
    return longest;
  }

  void longest(int length) {
    longest = length;
  }

  void set(boolean sends, boolean receives) {
    sending = sends && !gone;
    receiving = receives && !gone;
  }

  void offloads(int bits) {
    offloads = bits;
  }

  /** Any thread that finds the device deleted. */
  void vanish() {
    gone = true;
    sending = false;
    receiving = false;
  }
}
