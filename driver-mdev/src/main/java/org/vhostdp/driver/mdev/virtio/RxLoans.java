package org.vhostdp.driver.mdev.virtio;

/** The buffers that a receive queue has lent, in order. The queue's thread. */
final class RxLoans {
  private final int[] slots;
  private final long[] offsets;
  private final boolean[] lasts;
  private final int mask;
  private final int most;
  private int head;
  private int tail;
  private int frames;

  /**
   * @param buffers that exist
   * @param most frames lent at once
   */
  RxLoans(int buffers, int most) {
    int length = Integer.highestOneBit(Math.max(1, buffers - 1)) << 1;
    slots = new int[length];
    offsets = new long[length];
    lasts = new boolean[length];
    mask = length - 1;
    this.most = most;
  }

  /** Frames that may be lent now. */
  int left() {
    return most - frames;
  }

  void lend(int slot, long offset, boolean last) {
    int at = tail++ & mask;
    slots[at] = slot;
    offsets[at] = offset;
    lasts[at] = last;
    frames += last ? 1 : 0;
  }

  /** Ends the oldest loan: its slot, or -1 if it is not of that offset, or there is none. */
  int end(long offset) {
    int at = head & mask;
    if (head == tail || offsets[at] != offset) {
      return -1;
    }
    head++;
    frames -= lasts[at] ? 1 : 0;
    return slots[at];
  }
}
