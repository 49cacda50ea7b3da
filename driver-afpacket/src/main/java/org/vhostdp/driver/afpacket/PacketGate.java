package org.vhostdp.driver.afpacket;

/**
 * What the control thread tells the queues of a port. Volatile: a burst call that begins after a
 * change sees it.
 */
final class PacketGate {
  private volatile boolean open;
  private volatile boolean gone;
  private volatile boolean carrier = true;
  private volatile int offloads;
  private volatile int mtu = 1500;

  /** Whether frames flow. */
  boolean open() {
    return open;
  }

  /** The interface was deleted: nothing works until the port is closed. */
  boolean gone() {
    return gone;
  }

  /** Whether the link was up when somebody last looked. */
  boolean carrier() {
    return carrier;
  }

  /** Offloads that received frames may use. */
  int offloads() {
    return offloads;
  }

  /** The interface's MTU, bytes of layer 3. */
  int mtu() {
    return mtu;
  }

  void open(boolean flows) {
    open = flows && !gone;
  }

  void carrier(boolean up) {
    carrier = up;
  }

  void offloads(int bits) {
    offloads = bits;
  }

  void mtu(int bytes) {
    mtu = bytes;
  }

  /** Any thread that finds the interface deleted. */
  void vanish() {
    gone = true;
    open = false;
  }
}
