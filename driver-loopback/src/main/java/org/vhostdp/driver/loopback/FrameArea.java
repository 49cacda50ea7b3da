package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Frames of equal room in a row: one queue's part of the port's region. Slots are a power of two
 * apart so that an offset leads back to its slot by a shift; frames begin at different cache lines
 * of their slots, because otherwise the first lines of all of them would compete for the same few
 * cache sets.
 */
final class FrameArea {
  /** Bytes in front of every frame, for a VLAN tag. */
  private static final int HEADROOM = 64;

  private static final int SKEWS = 32;
  private static final int CACHE_LINE_SHIFT = 6;

  /** This area only; offsets are from its start. */
  final MemorySegment memory;

  /** Bytes from the region's start to the area's. */
  final long base;

  final int count;
  final int room;
  private final int shift;

  /**
   * @param region the port's whole memory
   * @param base bytes from its start
   */
  FrameArea(MemorySegment region, long base, int count, int room) {
    this.memory = region.asSlice(base, bytes(count, room));
    this.base = base;
    this.count = count;
    this.room = room;
    this.shift = shift(room);
  }

  private static int shift(int room) {
    int slot = room + HEADROOM + (SKEWS - 1 << CACHE_LINE_SHIFT);
    return Integer.SIZE - Integer.numberOfLeadingZeros(slot - 1);
  }

  /** Bytes of an area. */
  static long bytes(int count, int room) {
    return (long) count << shift(room);
  }

  /** Where a slot's frame begins, bytes from the area's start. */
  long start(int slot) {
    return ((long) slot << shift) + ((slot & SKEWS - 1) << CACHE_LINE_SHIFT) + HEADROOM;
  }

  /** Where every slot's frame begins, bytes from the region's start. */
  long[] offsets() {
    long[] offsets = new long[count];
    Arrays.setAll(offsets, slot -> base + start(slot));
    return offsets;
  }

  /** The slot that a region offset lies in, or -1. */
  int slot(long offset) {
    long at = offset - base;
    return at < 0 || at >= memory.byteSize() ? -1 : (int) (at >>> shift);
  }

  /** Whether some bytes at a region offset lie in the slot's frame. */
  boolean holds(int slot, long offset, int length) {
    long in = offset - base - start(slot);
    return in >= 0 && in <= room - (long) length;
  }
}
