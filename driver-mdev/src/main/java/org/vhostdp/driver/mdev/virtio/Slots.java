package org.vhostdp.driver.mdev.virtio;

/**
 * How the memory of one queue and direction is cut into slots of equal size, each for one buffer:
 * four bytes that align what follows, the header, and the frame. Immutable.
 *
 * @param count slots
 * @param bytes of each, a power of two
 */
record Slots(int count, int bytes) {
  /** From a slot's start to its header, so that the frame behind it is aligned to 16. */
  static final int HEADER_AT = 4;

  /** From a slot's start to its frame. */
  static final int FRAME_AT = HEADER_AT + NetHeader.SIZE;

  /** Bytes of memory. */
  long total() {
    return (long) count * bytes;
  }

  /** Most bytes of a frame in one slot. */
  int room() {
    return bytes - FRAME_AT;
  }

  long start(int slot) {
    return (long) slot * bytes;
  }

  /** The slot that an offset lies in, or -1 if none does; any number is welcome. */
  int slot(long offset) {
    return offset >= 0 && offset < total() ? (int) (offset / bytes) : -1;
  }
}
