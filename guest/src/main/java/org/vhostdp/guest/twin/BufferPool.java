package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * Buffers of one queue: so many slots, each of fragments with gaps between them, so that a device
 * that takes fragments for one stretch of memory is found out.
 */
final class BufferPool {
  static final int GAP = 64;

  final int slots;
  final int fragments;
  final int fragmentBytes;
  final MemorySegment memory;
  private final long base;
  private final int stride;

  BufferPool(TwinMemory guest, int slots, int fragments, int fragmentBytes) {
    this.slots = slots;
    this.fragments = fragments;
    this.fragmentBytes = fragmentBytes;
    this.stride = (fragmentBytes + 63) / 64 * 64 + GAP;
    long size = bytes(slots, fragments, fragmentBytes);
    this.base = guest.allocate(size, 64);
    this.memory = guest.at(base, size);
  }

  static long bytes(int slots, int fragments, int fragmentBytes) {
    return (long) slots * fragments * ((fragmentBytes + 63) / 64 * 64 + GAP);
  }

  /** Offset of a fragment in {@link #memory}. */
  long offset(int slot, int fragment) {
    return (long) (slot * fragments + fragment) * stride;
  }

  /** Guest physical address of a fragment. */
  long address(int slot, int fragment) {
    return base + offset(slot, fragment);
  }

  int capacity() {
    return fragments * fragmentBytes;
  }

  /** Copies out of a slot, from {@code skip} bytes into it. */
  void copy(int slot, int skip, int length, MemorySegment into, long offset) {
    int at = skip;
    for (int done = 0; done < length; ) {
      int inside = at % fragmentBytes;
      int n = Math.min(length - done, fragmentBytes - inside);
      MemorySegment.copy(memory, offset(slot, at / fragmentBytes) + inside, into, offset + done, n);
      done += n;
      at += n;
    }
  }
}
