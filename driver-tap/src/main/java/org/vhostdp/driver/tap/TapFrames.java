package org.vhostdp.driver.tap;

/**
 * The frames of one queue and direction: a slice of the port's own region, and which of them are
 * lent. The frame given back last is lent first, because it is the one still in the cache; so a
 * queue touches only as many frames as are out at once.
 *
 * <p>Threads: the queue's IO thread, and the control thread while no burst call runs.
 */
final class TapFrames {
  /**
   * Bytes of a frame: an odd number of cache lines above the longest frame, so that the first lines
   * of the frames spread over all sets of the cache.
   */
  static final int ROOM = 1025 * 64;

  /** Frames of a slice. */
  static final int COUNT = 256;

  /** Bytes of a slice. */
  static final long BYTES = (long) ROOM * COUNT;

  private final long base;
  private final long start;
  private final int[] free = new int[COUNT];
  private final boolean[] lent = new boolean[COUNT];
  private int freeCount;

  /**
   * @param base address of the region
   * @param start where the slice starts, bytes from the region's start
   */
  TapFrames(long base, long start) {
    this.base = base;
    this.start = start;
    reset();
  }

  /** Forgets that any frame was lent. */
  void reset() {
    for (int i = 0; i < COUNT; i++) {
      free[i] = COUNT - 1 - i;
      lent[i] = false;
    }
    freeCount = COUNT;
  }

  int available() {
    return freeCount;
  }

  /** Lends a frame; there must be one. Returns its offset in the region. */
  long take() {
    int frame = free[--freeCount];
    lent[frame] = true;
    return start + (long) frame * ROOM;
  }

  /** Takes the frame back that the offset lies in, unless it is back already. */
  boolean give(long offset) {
    int frame = frame(offset);
    if (frame < 0 || !lent[frame]) {
      return false;
    }
    lent[frame] = false;
    free[freeCount++] = frame;
    return true;
  }

  /** The address of bytes inside one lent frame, or 0 if that is not where they lie. */
  long address(long offset, int length) {
    int frame = frame(offset);
    if (frame < 0 || !lent[frame] || length <= 0) {
      return 0;
    }
    int inside = (int) (offset - start - (long) frame * ROOM);
    return length <= ROOM - inside ? base + offset : 0;
  }

  /** The address of a frame just taken. */
  long address(long offset) {
    return base + offset;
  }

  private int frame(long offset) {
    long relative = offset - start;
    // Bounded before the cut to 32 bits; the division is by a constant.
    return relative >= 0 && relative < BYTES ? (int) relative / ROOM : -1;
  }
}
