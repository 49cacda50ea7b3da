package org.vhostdp.driver.netmap;

import java.util.Arrays;
import org.vhostdp.spi.Burst;

/**
 * What a receive queue has lent, first come first, and its spare buffers. The queue's IO thread,
 * and control threads while no burst call runs.
 */
final class LentFrames {
  private final int most;

  /** Where each piece is, and the slot that it holds, or the complement of its spare buffer. */
  private final long[] at;

  private final int[] from;
  private int head;
  private int tail;
  private int[] spares = {};
  private int spare;

  /**
   * @param most pieces at once
   */
  LentFrames(int most) {
    this.most = most;
    int size = Integer.highestOneBit(Math.max(1, most - 1)) << 1;
    at = new long[size];
    from = new int[size];
  }

  /** Takes over spare buffers; nothing is lent. */
  void spares(int[] buffers) {
    spares = buffers;
    spare = buffers.length;
  }

  /** The spare buffers that are here now. */
  int[] spares() {
    return Arrays.copyOf(spares, spare);
  }

  void clear() {
    head = 0;
    tail = 0;
  }

  /** How many more may be lent. */
  int room() {
    return most - (tail - head);
  }

  /** A spare buffer, or -1 if there is none. */
  int takeSpare() {
    return spare > 0 ? spares[--spare] : -1;
  }

  /**
   * Notes a piece.
   *
   * @param holds the slot that it holds, or the complement of the buffer that is spare after it
   */
  void add(long offset, int holds) {
    int n = tail++ & at.length - 1;
    at[n] = offset;
    from[n] = holds;
  }

  /**
   * Ends the lending of an entry.
   *
   * @return the slot that it held, or -1 if its buffer is a spare one now
   * @throws IllegalStateException if it is not the first one
   */
  int remove(Burst burst, int i) {
    int n = head & at.length - 1;
    if (head == tail || burst.region[i] != 0 || burst.offset[i] != at[n]) {
      throw notLent(burst, i);
    }
    head++;
    if (from[n] >= 0) {
      return from[n];
    }
    spares[spare++] = ~from[n];
    return -1;
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was released but is not the one lent first: frames are released once, in the order"
            + " received, by the queue they came from.");
  }
}
