package org.vhostdp.driver.mdev.virtio;

/** Which slots of a transmit queue are free, lent, or with the device. The queue's thread. */
final class TxSlots {
  private static final byte FREE = 0;
  private static final byte LENT = 1;
  private static final byte WITH_DEVICE = 2;
  private static final int NONE = -1;

  private final byte[] states;

  /** Of a frame with several slots, the next one after each. */
  private final int[] next;

  private final int[] unused;
  private int free;
  private int frames;

  TxSlots(int count) {
    states = new byte[count];
    next = new int[count];
    unused = new int[count];
    free = count;
    for (int i = 0; i < count; i++) {
      unused[i] = count - 1 - i;
    }
  }

  int free() {
    return free;
  }

  /** Frames that the device has. */
  int frames() {
    return frames;
  }

  /** A free slot, lent from now on; there is one. */
  int lend() {
    int slot = unused[--free];
    states[slot] = LENT;
    return slot;
  }

  /**
   * @param slot any number
   */
  boolean isLent(int slot) {
    return slot >= 0 && slot < states.length && states[slot] == LENT;
  }

  void giveBack(int slot) {
    states[slot] = FREE;
    unused[free++] = slot;
  }

  /** A frame of one slot goes to the device. */
  void take(int slot) {
    states[slot] = WITH_DEVICE;
    next[slot] = NONE;
    frames++;
  }

  /** Another slot of the frame that goes to the device; one that it has already counts once. */
  void takeMore(int first, int slot) {
    if (states[slot] == LENT) {
      states[slot] = WITH_DEVICE;
      next[slot] = next[first];
      next[first] = slot;
    }
  }

  /** The device has sent the frame that begins with a slot. */
  void sent(int first) {
    frames--;
    int slot = first;
    while (slot != NONE) {
      int after = next[slot];
      giveBack(slot);
      slot = after;
    }
  }
}
