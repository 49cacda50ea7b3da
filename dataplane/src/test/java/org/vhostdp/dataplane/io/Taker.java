package org.vhostdp.dataplane.io;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.guest.twin.NetQueue;

/** A guest that takes whatever comes, and sees whether the machine runs it. */
final class Taker implements Runnable {
  private final NetQueue queue;
  private final AtomicBoolean over;
  private final AtomicLong longest = new AtomicLong();
  private volatile long last = System.nanoTime();

  /**
   * @param over ends it
   */
  Taker(NetQueue queue, AtomicBoolean over) {
    this.queue = queue;
    this.over = over;
  }

  @Override
  public void run() {
    while (!over.get()) {
      if (queue.discard(256) == 0) {
        Thread.yield();
      }
      queue.flush();
      long now = System.nanoTime();
      longest.accumulateAndGet(now - last, Math::max);
      last = now;
    }
  }

  /** Its longest pause since it was asked before, nanoseconds; also one that has not ended. */
  long longestPause() {
    return Math.max(System.nanoTime() - last, longest.getAndSet(0));
  }
}
