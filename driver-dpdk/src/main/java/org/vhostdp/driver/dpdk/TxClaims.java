package org.vhostdp.driver.dpdk;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** Which mbufs a transmit queue has lent. The queue's thread. */
final class TxClaims {
  /** Most frames of a queue lent at once. */
  static final int MOST = 256;

  private final MbufPool pool;
  private final boolean[] lent;
  private int out;

  TxClaims(MbufPool pool) {
    this.pool = pool;
    lent = new boolean[pool.slots()];
  }

  /** How many more may be lent. */
  int left() {
    return MOST - out;
  }

  /** Counts frames lent, or given back where negative. */
  void lent(int frames) {
    out += frames;
  }

  /** Marks; the slot is one of the pool's. */
  void lend(int slot) {
    lent[slot] = true;
  }

  /**
   * @param slot any number
   */
  boolean isLent(int slot) {
    return slot >= 0 && slot < lent.length && lent[slot];
  }

  /** Removes the mark; false if there was none. */
  boolean take(int slot) {
    boolean was = isLent(slot);
    if (was) {
      lent[slot] = false;
    }
    return was;
  }

  /** The marks themselves, by slot: for the loops that everything passes. */
  boolean[] marks() {
    return lent;
  }

  /** Ends all lending; control threads. */
  void takeAll(LongConsumer mbufs) {
    for (int slot = 0; out > 0 && slot < lent.length; slot++) {
      if (lent[slot]) {
        mbufs.accept(pool.mbufOf(slot));
      }
    }
    Arrays.fill(lent, false);
    out = 0;
  }
}
