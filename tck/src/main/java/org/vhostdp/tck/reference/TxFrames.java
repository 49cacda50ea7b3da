package org.vhostdp.tck.reference;

import org.vhostdp.spi.Burst;

/**
 * The frames of a transmit queue that can be claimed, and which of them are. The frame given back
 * last is lent first, while it is still in the cache. One thread at a time.
 */
final class TxFrames {
  private final FrameArea area;
  private final int[] free;
  private final boolean[] lent;
  private int top;
  private long bytes;

  TxFrames(FrameArea area) {
    this.area = area;
    free = new int[area.count];
    lent = new boolean[area.count];
    for (int slot = area.count - 1; slot >= 0; slot--) {
      free[top++] = slot;
    }
  }

  FrameArea area() {
    return area;
  }

  int lent() {
    return area.count - top;
  }

  /** Names up to max free frames from index 0; see {@link org.vhostdp.spi.TxQueue#claim}. */
  int claim(Burst frames, int max) {
    int at = top;
    int n = Math.min(Math.min(max, frames.capacity()), at);
    int room = area.room;
    for (int i = 0; i < n; i++) {
      int slot = free[--at];
      lent[slot] = true;
      frames.region[i] = LoopbackPort.REGION;
      frames.offset[i] = area.base + area.start(slot);
      frames.room[i] = room;
    }
    top = at;
    return Math.max(n, 0);
  }

  /** The lent frame of this queue that holds these bytes, or -1. */
  int find(long offset, int length) {
    int slot = area.slot(offset);
    return slot >= 0 && lent[slot] && area.holds(slot, offset, length) ? slot : -1;
  }

  /**
   * Takes back the frames of a burst as long as each is one whole lent frame without metadata;
   * {@link #bytes()} is their sum. The short way for a queue that forgets what it is given.
   *
   * @param longest most bytes of a frame
   * @return index of the first entry that is anything else, or last
   */
  int takePlain(Burst frames, int first, int last, int longest) {
    int at = top;
    long sum = 0;
    int i = first;
    for (; i < last; i++) {
      int length = frames.length[i];
      long offset = frames.offset[i];
      boolean plain = (frames.region[i] ^ LoopbackPort.REGION | frames.flags[i]) == 0;
      if (!plain || length < FrameCheck.ETHERNET_HEADER || length > longest) {
        break;
      }
      int slot = find(offset, length);
      if (slot < 0) {
        break;
      }
      lent[slot] = false;
      free[at++] = slot;
      sum += length;
    }
    top = at;
    bytes = sum;
    return i;
  }

  /** Bytes of the frames last taken by {@link #takePlain}. */
  long bytes() {
    return bytes;
  }

  /**
   * Takes back the frame that an entry lies in.
   *
   * @return whether it was lent
   */
  boolean giveBack(long offset) {
    int slot = area.slot(offset);
    if (slot < 0 || !lent[slot]) {
      return false;
    }
    lent[slot] = false;
    free[top++] = slot;
    return true;
  }

  /**
   * Takes back the entries that name own frames.
   *
   * @return how many did not name a lent one
   */
  int giveBack(Burst frames, int first, int count) {
    int wrong = 0;
    for (int i = first; i < first + count; i++) {
      if (frames.region[i] != LoopbackPort.REGION || !giveBack(frames.offset[i])) {
        wrong++;
      }
    }
    return wrong;
  }
}
