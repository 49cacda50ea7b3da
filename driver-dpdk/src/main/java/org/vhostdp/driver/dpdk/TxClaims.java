package org.vhostdp.driver.dpdk;

/**
 * The mbufs that a transmit queue has lent, in the order in which they were. They come back in that
 * order nearly always, so the oldest is looked at first. The queue's thread.
 */
final class TxClaims {
  /** Most frames of a queue lent at once. */
  static final int MOST = 256;

  /** Twice as many as can be lent: those that were taken last are still there. */
  private final long[] mbufs = new long[2 * MOST];

  private final int bufferBytes;
  private int head;
  private int tail;

  TxClaims(int bufferBytes) {
    this.bufferBytes = bufferBytes;
  }

  /** How many are lent. */
  int lent() {
    return tail - head;
  }

  /** How many more may be. */
  int left() {
    return MOST - lent();
  }

  /** Lends mbufs that stand in an array from its start, bytes from the region's start. */
  void lend(long[] from, int count) {
    long[] to = mbufs;
    int at = tail;
    for (int i = 0; i < count; i++) {
      to[at + i & to.length - 1] = from[i];
    }
    tail = at + count;
  }

  /**
   * Takes the mbuf whose buffer holds a byte.
   *
   * @param offset bytes from the region's start, any number
   * @return bytes from the region's start to the mbuf; -1 if none that is lent holds it
   */
  long take(long offset) {
    int last = mbufs.length - 1;
    for (int i = head; i != tail; i++) {
      long mbuf = mbufs[i & last];
      long at = offset - mbuf - MbufLayout.BYTES;
      if (at >= 0 && at < bufferBytes) {
        mbufs[i & last] = mbufs[head & last];
        mbufs[head++ & last] = mbuf;
        return mbuf;
      }
    }
    return -1;
  }

  /** The oldest ones were taken. */
  void taken(int count) {
    head += count;
  }

  /** Those that were taken last are lent as before. */
  void takenBack(int count) {
    head -= count;
  }

  /** The place in {@link #all}, modulo its length, of the mbuf that is the next to be taken. */
  int head() {
    return head;
  }

  /** The mbuf at a place. */
  long at(int place) {
    return mbufs[place & mbufs.length - 1];
  }

  /** All places: for the loop that everything passes. */
  long[] all() {
    return mbufs;
  }
}
