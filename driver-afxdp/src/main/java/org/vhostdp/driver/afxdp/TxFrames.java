package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The frames of one queue to transmit: which are free, lent or on their way. The one that came back
 * last is lent first, because it is the one still in the cache. Of one thread at a time.
 */
final class TxFrames {
  /** Bytes of a cache line, and room before a frame for what the kernel reads of it. */
  private static final int LINE = 64;

  /** Frames begin in so many different lines of their chunks, to spread over the cache's sets. */
  private static final int COLOURS = 16;

  /** Bytes of a claimed frame. */
  static final int ROOM = XskMemory.CHUNK - COLOURS * LINE;

  private static final byte FREE = 0;
  private static final byte LENT = 1;
  private static final byte SENT = 2;

  private final XskRing completion;
  private final long base;
  private final int most;
  private final byte[] state;
  private final int[] free;
  private int freeCount;
  private int lentCount;
  private int completed;

  /**
   * @param base offset of the first chunk
   * @param count chunks
   * @param most lent at once
   */
  TxFrames(XskRing completion, long base, int count, int most) {
    this.completion = completion;
    this.base = base;
    this.most = most;
    state = new byte[count];
    free = new int[count];
    for (int i = 0; i < count; i++) {
      free[i] = count - 1 - i;
    }
    freeCount = count;
  }

  /** Forgets what was lent; what is on its way still is. */
  void reset() {
    collect();
    for (int i = 0; i < state.length; i++) {
      if (state[i] == LENT) {
        state[i] = FREE;
        free[freeCount++] = i;
      }
    }
    lentCount = 0;
  }

  /** Frames that may be lent now. */
  int available() {
    return Math.min(freeCount, most - lentCount);
  }

  /** Lends a frame; there must be one. Returns its offset in the region. */
  long take() {
    int frame = free[--freeCount];
    state[frame] = LENT;
    lentCount++;
    return base + ((long) frame << XskMemory.CHUNK_BITS) + start(frame);
  }

  /** Takes the frame back that the offset lies in, if it is lent. */
  boolean give(long offset) {
    int frame = frame(offset);
    if (frame < 0 || state[frame] != LENT) {
      return false;
    }
    state[frame] = FREE;
    free[freeCount++] = frame;
    lentCount--;
    return true;
  }

  /** Whether these bytes lie in the room of one lent frame. */
  boolean isLent(long offset, int length) {
    int frame = frame(offset);
    if (frame < 0 || state[frame] != LENT) {
      return false;
    }
    int inside = ((int) offset & XskMemory.CHUNK - 1) - start(frame);
    return length > 0 && inside >= 0 && length <= ROOM - inside;
  }

  /** Where a frame begins in its chunk. */
  private static int start(int frame) {
    return LINE + (frame & COLOURS - 1) * LINE;
  }

  /** Sends a lent frame on its way, if these bytes lie in it. */
  boolean send(long offset, int length) {
    if (!isLent(offset, length)) {
      return false;
    }
    state[frame(offset)] = SENT;
    lentCount--;
    return true;
  }

  /** A frame just sent on its way is lent again. */
  void unsend(long offset) {
    state[frame(offset)] = LENT;
    lentCount++;
  }

  /** A frame on its way has arrived. */
  void done(long offset) {
    int frame = frame(offset);
    if (frame >= 0 && state[frame] == SENT) {
      state[frame] = FREE;
      free[freeCount++] = frame;
    }
  }

  /** Takes back what the kernel has sent. */
  void collect() {
    XskRing ring = completion;
    int there = ring.producer();
    int at = completed;
    if (there == at) {
      return;
    }
    MemorySegment memory = ring.memory;
    long entries = ring.entries;
    int mask = ring.mask;
    for (; at != there; at++) {
      done(memory.get(JAVA_LONG, entries + ((long) (at & mask) << 3)));
    }
    completed = at;
    // Release: the kernel may write over entries that have been read.
    ring.consume(at);
  }

  private int frame(long offset) {
    long frame = (offset - base) >> XskMemory.CHUNK_BITS;
    return frame >= 0 && frame < state.length ? (int) frame : -1;
  }
}
