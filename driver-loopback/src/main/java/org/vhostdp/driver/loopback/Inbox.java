package org.vhostdp.driver.loopback;

/**
 * The receiving side of a started port, as senders see it. Replaced at every start. What may change
 * meanwhile is volatile; whoever changes it awaits the senders' gates.
 */
final class Inbox {
  private static final WireTx[] NOBODY = {};

  private final Arrivals[] queues;

  /** Receive queues that get frames: the first so many. */
  volatile int active;

  /** How flows are spread, or null: by the number of the transmit queue. */
  volatile Spread spread;

  /** Who sends to this. */
  private volatile WireTx[] senders = NOBODY;

  Inbox(Arrivals[] queues, int active, Spread spread) {
    this.queues = queues;
    this.active = active;
    this.spread = spread;
  }

  Arrivals queue(int index) {
    return queues[index];
  }

  WireTx[] senders() {
    return senders;
  }

  void senders(WireTx[] now) {
    senders = now;
  }

  void noSenders() {
    senders = NOBODY;
  }
}
