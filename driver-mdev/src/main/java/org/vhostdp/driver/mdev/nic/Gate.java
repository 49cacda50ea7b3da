package org.vhostdp.driver.mdev.nic;

import java.util.function.BooleanSupplier;
import org.vhostdp.spi.Burst;

/**
 * What the control thread tells the queues of a port. Volatile: a burst call that begins after a
 * change sees it, and with it all that was set up before.
 */
public final class Gate {
  /** How long frames may take to go out at the end. */
  private static final long DRAIN_NANOS = 300_000_000L;

  private volatile boolean open;
  private volatile boolean gone;
  private volatile int offloads;
  private volatile int mtu = 1500;

  /** Whether frames flow. */
  public boolean isOpen() {
    return open;
  }

  /** The device is gone: nothing works until the port is closed. */
  public boolean isGone() {
    return gone;
  }

  /** Offloads that received frames may use. */
  public int offloads() {
    return offloads;
  }

  /** Why a burst is not sent while no frames flow: sets the status of its first entry, if any. */
  public void refuse(Burst frames, int first, int count) {
    if (count > 0) {
      frames.status[first] = gone ? Burst.REFUSED : Burst.FULL;
    }
  }

  /** Bytes of layer 3. */
  public int mtu() {
    return mtu;
  }

  /** Opens or closes; what is gone stays closed. */
  public void open(boolean flows) {
    open = flows && !gone;
    // After the write: either this sees that the device vanished, or vanish() closes after it.
    if (gone) {
      open = false;
    }
  }

  /**
   * Closes, and waits a moment for what was accepted to go out; control threads.
   *
   * @param done whether nothing is left that goes out; asked again and again
   */
  public void drain(BooleanSupplier done) {
    open(false);
    long end = System.nanoTime() + DRAIN_NANOS;
    while (!gone && !done.getAsBoolean() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  public void offloads(int bits) {
    offloads = bits;
  }

  public void mtu(int bytes) {
    mtu = bytes;
  }

  /** Any thread. */
  public void vanish() {
    gone = true;
    open = false;
  }
}
