package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.net.Features;

/**
 * What a front-end and its guest have agreed with a device so far. The port's control thread;
 * {@link #features} by any.
 */
final class Negotiation {
  private final PortSpec spec;
  private long features;
  private boolean done;
  private int guestOffloads = -1;
  private GuestQueues queues = GuestQueues.FIRST;
  private int mtu;

  Negotiation(PortSpec spec) {
    this.spec = spec;
    this.mtu = spec.effectiveMtu();
  }

  /** Feature bits, 0 before. Any thread sees some recent value. */
  long features() {
    return features;
  }

  boolean has(long bits) {
    return (features & bits) == bits;
  }

  boolean hasAny(long bits) {
    return (features & bits) != 0;
  }

  /** Whether features were set. */
  boolean done() {
    return done;
  }

  /** Takes features; what the guest set by commands before does not hold any more. */
  void features(long bits) {
    features = bits;
    done = true;
    guestOffloads = -1;
    queues = new GuestQueues(queues.pairs(), null, null);
  }

  /** What the guest changed of its receive offloads, or -1. */
  int guestOffloads() {
    return guestOffloads;
  }

  void guestOffloads(int bits) {
    guestOffloads = bits;
  }

  GuestQueues queues() {
    return queues;
  }

  void queues(GuestQueues next) {
    queues = next;
  }

  /** Bytes of layer 3. */
  int mtu() {
    return mtu;
  }

  void mtu(int bytes) {
    mtu = bytes;
  }

  /**
   * All of it, for the driver.
   *
   * @param active queue pairs in use
   */
  GuestWishes wishes(int active) {
    int all = Features.rxOffloads(features);
    int offloads = guestOffloads < 0 ? all : all & guestOffloads;
    return new GuestWishes(features, offloads, active, queues.rss(), queues.hashes(), mtu);
  }

  /** Back to the state before. */
  void reset() {
    features = 0;
    done = false;
    guestOffloads = -1;
    queues = GuestQueues.FIRST;
    mtu = spec.effectiveMtu();
  }
}
