package org.vhostdp.driver.mdev.nic;

import org.vhostdp.spi.Burst;

/**
 * The memory of a transmit queue, cut into slots of equal size, and which of them are free, lent,
 * or with the device. The queue's thread.
 */
public final class TxSlots {
  private static final byte FREE = 0;
  private static final byte LENT = 1;
  private static final byte WITH_DEVICE = 2;
  private static final int NONE = -1;

  private final int region;
  private final int bytes;
  private final int frameAt;
  private final byte[] states;

  /** Of a frame with several slots, the next one after each. */
  private final int[] next;

  private final int[] unused;
  private int free;
  private int frames;

  /**
   * @param region id of the memory
   * @param count slots
   * @param bytes of each
   * @param frameAt bytes from a slot's start to where a frame may begin
   */
  public TxSlots(int region, int count, int bytes, int frameAt) {
    this.region = region;
    this.bytes = bytes;
    this.frameAt = frameAt;
    states = new byte[count];
    next = new int[count];
    unused = new int[count];
    free = count;
    for (int i = 0; i < count; i++) {
      unused[i] = count - 1 - i;
    }
  }

  public int free() {
    return free;
  }

  /** Frames that the device has. */
  public int frames() {
    return frames;
  }

  /** Lends free slots, as many as there are, to the first entries; how many. */
  public int claim(Burst frames, int max) {
    int count = Math.max(0, Math.min(max, free));
    for (int i = 0; i < count; i++) {
      int slot = unused[--free];
      states[slot] = LENT;
      frames.region[i] = region;
      frames.offset[i] = (long) slot * bytes + frameAt;
      frames.room[i] = bytes - frameAt;
      frames.flags[i] = 0;
    }
    return count;
  }

  /**
   * Takes lent slots back.
   *
   * @throws IllegalStateException at the first entry that is in none
   */
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int slot = slot(frames, i);
      if (!isLent(slot)) {
        throw new IllegalStateException(
            "The frame at offset "
                + frames.offset[i]
                + " of region "
                + frames.region[i]
                + " was given back but is not lent: a frame is transmitted or given back once, by"
                + " the queue that lent it.");
      }
      giveBack(slot);
    }
  }

  /** The slot that an entry begins in, or -1 if it does in none. */
  private int slot(Burst frames, int i) {
    long slot = frames.offset[i] / bytes;
    boolean inside = frames.offset[i] >= 0 && slot < states.length;
    return inside && frames.region[i] == region ? (int) slot : -1;
  }

  /** The lent slot that an entry lies in, or -1 if it does in none; its numbers may be any. */
  public int lent(Burst frames, int i) {
    int slot = slot(frames, i);
    int length = frames.length[i];
    if (!isLent(slot) || length <= 0) {
      return -1;
    }
    long inside = frames.offset[i] - (long) slot * bytes;
    return inside >= frameAt && inside + length <= bytes ? slot : -1;
  }

  /**
   * @param slot any number
   */
  public boolean isLent(int slot) {
    return slot >= 0 && slot < states.length && states[slot] == LENT;
  }

  private void giveBack(int slot) {
    states[slot] = FREE;
    unused[free++] = slot;
  }

  /** A frame of one slot goes to the device. */
  public void take(int slot) {
    states[slot] = WITH_DEVICE;
    next[slot] = NONE;
    frames++;
  }

  /** Another slot of the frame that goes to the device; one that it has already counts once. */
  public void takeMore(int first, int slot) {
    if (states[slot] == LENT) {
      states[slot] = WITH_DEVICE;
      next[slot] = next[first];
      next[first] = slot;
    }
  }

  /** The device has sent the frame that begins with a slot. */
  public void sent(int first) {
    frames--;
    int slot = first;
    while (slot != NONE) {
      int after = next[slot];
      giveBack(slot);
      slot = after;
    }
  }
}
