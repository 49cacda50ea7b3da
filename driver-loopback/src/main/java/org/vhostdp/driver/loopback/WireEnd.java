package org.vhostdp.driver.loopback;

/**
 * One port's end of a wire. Changed by {@link Wire} under its lock; {@link #far()} by IO threads.
 */
final class WireEnd {
  private final LinkEvents events;
  private volatile Inbox far;
  private volatile boolean removed;
  private Inbox own;
  private WireTx[] tx = {};
  private WireRx[] rx = {};

  WireEnd(LinkEvents events) {
    this.events = events;
  }

  LinkEvents events() {
    return events;
  }

  /** Where frames sent here arrive, or null if nobody is started there. */
  Inbox far() {
    return far;
  }

  /** Whether the wire was removed under the port. */
  boolean removed() {
    return removed;
  }

  /** The wire is gone for good; burst calls that are running now have ended when it returns. */
  void remove() {
    removed = true;
    sendNowhere();
    for (WireRx queue : rx) {
      queue.wake();
    }
    events.removed();
  }

  void started(Inbox inbox, WireTx[] transmit, WireRx[] receive) {
    own = inbox;
    tx = transmit;
    rx = receive;
  }

  void stopped() {
    own = null;
    tx = new WireTx[0];
    rx = new WireRx[0];
  }

  /** From now on frames sent here arrive at the other end. */
  void sendTo(WireEnd other) {
    if (own != null && other.own != null) {
      other.own.senders(tx);
      far = other.own;
    }
  }

  /** Takes the far inbox away, and returns when no queue of this end uses anything of it. */
  void sendNowhere() {
    far = null;
    if (own != null) {
      own.noSenders();
    }
    awaitSenders();
    for (WireRx queue : rx) {
      queue.gate().await();
    }
    for (WireTx queue : tx) {
      queue.wake();
    }
  }

  /** Returns when every transmit call that is running now has ended. */
  void awaitSenders() {
    for (WireTx queue : tx) {
      queue.gate().await();
    }
  }
}
