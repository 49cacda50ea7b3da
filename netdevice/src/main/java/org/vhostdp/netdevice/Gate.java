package org.vhostdp.netdevice;

/**
 * What the control thread tells the queues of a port. Volatile: a burst call that begins after a
 * change sees it, and with it all that was set up before. Control threads write, one at a time;
 * {@link #vanish} and the readers may be called by any thread.
 */
public final class Gate {
  private volatile boolean sending;
  private volatile boolean receiving;
  private volatile boolean gone;
  private volatile boolean carrier = true;
  private volatile int offloads;
  private volatile int mtu = 1500;

  /** Closed, with a carrier and the MTU of an Ethernet. */
  public Gate() {}

  /** Whether frames may be transmitted. */
  public boolean sending() {
    return sending;
  }

  /** Whether frames may be received. */
  public boolean receiving() {
    return receiving;
  }

  /** The device was deleted: nothing works until the port is closed. */
  public boolean gone() {
    return gone;
  }

  /** Whether the link was up when somebody last looked. */
  public boolean carrier() {
    return carrier;
  }

  /** Offloads that received frames may use. */
  public int offloads() {
    return offloads;
  }

  /** The interface's MTU, bytes of layer 3. */
  public int mtu() {
    return mtu;
  }

  /** Opens or closes each direction; a deleted device's stays closed. */
  public void set(boolean sends, boolean receives) {
    sending = sends;
    receiving = receives;
    // After the writes: either this sees that the device vanished, or vanish() closes after them.
    if (gone) {
      sending = false;
      receiving = false;
    }
  }

  public void carrier(boolean up) {
    carrier = up;
  }

  public void offloads(int bits) {
    offloads = bits;
  }

  public void mtu(int bytes) {
    mtu = bytes;
  }

  /** The device was found deleted. */
  public void vanish() {
    gone = true;
    sending = false;
    receiving = false;
  }
}
