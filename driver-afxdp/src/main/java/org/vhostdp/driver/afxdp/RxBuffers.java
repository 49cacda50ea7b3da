package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.Arrays;

/**
 * The buffers of one queue to receive into: each is lent, waits in the receive ring, or is the
 * kernel's through the fill ring, which has room for all of them. Of one thread at a time.
 */
final class RxBuffers {
  private static final long CHUNK_START = -XskMemory.CHUNK;

  /** Offset of the first buffer in the region. */
  final long base;

  /** Which buffers are lent, by number. */
  final boolean[] taken;

  private final XskRing fill;
  private int lent;
  private int filled;

  /** All of them are the kernel's, once published. */
  RxBuffers(XskRing fill, long base, int count) {
    this.fill = fill;
    this.base = base;
    taken = new boolean[count];
    for (int i = 0; i < count; i++) {
      put(base + ((long) i << XskMemory.CHUNK_BITS));
    }
  }

  /** How many are lent. */
  int lent() {
    return lent;
  }

  /** So many more are marked as lent. */
  void lend(int count) {
    lent += count;
  }

  /** Marks one as lent. */
  void take(long address) {
    taken[(int) ((address - base) >> XskMemory.CHUNK_BITS)] = true;
  }

  /** Whether bytes can lie in one of them. */
  boolean isOurs(long address, int length) {
    long frame = (address - base) >> XskMemory.CHUNK_BITS;
    return length > 0 && length <= XskMemory.CHUNK && frame >= 0 && frame < taken.length;
  }

  /** Gives a lent one to the kernel; false if it is not lent. */
  boolean give(long offset) {
    long frame = (offset - base) >> XskMemory.CHUNK_BITS;
    if (frame < 0 || frame >= taken.length || !taken[(int) frame]) {
      return false;
    }
    taken[(int) frame] = false;
    lent--;
    put(offset & CHUNK_START);
    return true;
  }

  /** Gives one to the kernel that was not lent, whatever address the kernel named. */
  void recycle(long address) {
    if (isOurs(address, 1)) {
      put(address & CHUNK_START);
    }
  }

  /** Gives all that are lent to the kernel. */
  void reclaim() {
    for (int i = 0; i < taken.length; i++) {
      if (taken[i]) {
        put(base + ((long) i << XskMemory.CHUNK_BITS));
      }
    }
    Arrays.fill(taken, false);
    lent = 0;
  }

  private void put(long address) {
    XskRing to = fill;
    to.memory.set(JAVA_LONG, to.entries + ((long) (filled++ & to.mask) << 3), address);
  }

  /** Lets the kernel see what was given: release, after the entries. */
  void publish() {
    fill.produce(filled);
  }

  /** Whether the kernel waits for a system call; see {@link XskRing#needsWakeup}. */
  boolean needsWakeup() {
    return fill.needsWakeup();
  }
}
