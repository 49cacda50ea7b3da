package org.vhostdp.driver.mdev.nic;

import org.vhostdp.spi.Burst;

/**
 * The buffers of a receive queue that the device does not have: those that are lent, in order, and
 * those that nobody has. The queue's thread.
 */
public final class RxLoans {
  private final int region;

  /** What nobody has: the first spareCount of these. */
  private final int[] spares;

  private int spareCount;
  private final int[] slots;
  private final long[] offsets;
  private final boolean[] lasts;
  private final int mask;
  private final int most;
  private int head;
  private int tail;
  private int frames;

  /**
   * Nobody has any buffer yet.
   *
   * @param region id of their memory
   * @param buffers that exist
   * @param most frames lent at once
   */
  public RxLoans(int region, int buffers, int most) {
    this.region = region;
    spares = new int[buffers];
    for (int i = buffers - 1; i >= 0; i--) {
      keep(i);
    }
    int length = Integer.highestOneBit(Math.max(1, buffers - 1)) << 1;
    slots = new int[length];
    offsets = new long[length];
    lasts = new boolean[length];
    mask = length - 1;
    this.most = most;
  }

  /** Frames that may be lent now. */
  public int left() {
    return most - frames;
  }

  public void lend(int slot, long offset, boolean last) {
    int at = tail++ & mask;
    slots[at] = slot;
    offsets[at] = offset;
    lasts[at] = last;
    frames += last ? 1 : 0;
  }

  /** How many buffers nobody has. */
  public int spares() {
    return spareCount;
  }

  /** A buffer that nobody has, for the device; there is one. */
  public int spare() {
    return spares[--spareCount];
  }

  /** Nobody has this buffer from now on. */
  public void keep(int slot) {
    spares[spareCount++] = slot;
  }

  /**
   * Ends loans in their order; nobody has the buffers then.
   *
   * @throws IllegalStateException at the first entry that is not the oldest loan
   */
  public void release(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int slot = frames.region[i] == region ? end(frames.offset[i]) : -1;
      if (slot < 0) {
        throw new IllegalStateException(
            "The frame at offset "
                + frames.offset[i]
                + " of region "
                + frames.region[i]
                + " was released but is not the one lent first: frames are released once, in the"
                + " order received, by the queue they came from.");
      }
      keep(slot);
    }
  }

  /** Ends the oldest loan: its slot, or -1 if it is not of that offset, or there is none. */
  private int end(long offset) {
    int at = head & mask;
    if (head == tail || offsets[at] != offset) {
      return -1;
    }
    head++;
    frames -= lasts[at] ? 1 : 0;
    return slots[at];
  }
}
