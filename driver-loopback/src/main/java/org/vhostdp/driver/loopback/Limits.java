package org.vhostdp.driver.loopback;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** The limits of one direction: of each queue, and of the whole port. Any thread. */
final class Limits {
  private final AtomicReferenceArray<RateLimit> limits;
  private final int port;
  private volatile boolean any;

  /**
   * @param queues most queues
   */
  Limits(int queues) {
    limits = new AtomicReferenceArray<>(queues + 1);
    port = queues;
  }

  /** Sets the limit of a queue, or with -1 of the port; null removes it. */
  synchronized void set(int queue, RateLimit limit) {
    limits.set(queue < 0 ? port : queue, limit);
    boolean found = false;
    for (int i = 0; i <= port; i++) {
      found |= limits.get(i) != null;
    }
    any = found;
  }

  /** Whether there is a limit at all: asked once per burst. */
  boolean any() {
    return any;
  }

  /** Whether a frame may pass now; if so, its tokens are taken. */
  boolean pass(int queue, int bytes) {
    long now = System.nanoTime();
    RateLimit own = limits.get(queue);
    if (own != null && !own.take(bytes, now)) {
      return false;
    }
    RateLimit whole = limits.get(port);
    if (whole == null || whole.take(bytes, now)) {
      return true;
    }
    if (own != null) {
      own.giveBack(bytes);
    }
    return false;
  }

  /** A frame that passed found no room. */
  void giveBack(int queue, int bytes) {
    RateLimit own = limits.get(queue);
    if (own != null) {
      own.giveBack(bytes);
    }
    RateLimit whole = limits.get(port);
    if (whole != null) {
      whole.giveBack(bytes);
    }
  }
}
