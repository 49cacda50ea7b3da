package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;

/**
 * Reads indirect tables where they lie, without copying them first, if they have the usual form:
 * all of the table and of its buffers in the region last hit, entries in order. Each word is read
 * once, so it does not matter that the guest may change it meanwhile. Whatever is unusual, or
 * wrong, is left to the ring's own way, which says what is wrong.
 */
final class IndirectTable {
  private static final long FLAGS = 0xFFFFL;

  private IndirectTable() {}

  /**
   * Reads one chain from a table.
   *
   * @param memory the region last hit
   * @param at the table's start in it
   * @param bytes the table's size, as the descriptor says
   * @param most entries of a table
   * @param flagShift where a second word holds its flags: 32 (split) or 48 (packed)
   * @param ignored flags without a meaning here
   * @param b index of the chain's first buffer
   * @return index after the chain's last buffer, or -1 if nothing was read
   */
  static int read(
      MemorySegment memory,
      long at,
      long bytes,
      int most,
      int flagShift,
      int ignored,
      Chains c,
      int i,
      int b,
      long hitGuest,
      long hitSize,
      int hitRegion) {
    if ((bytes & 15) != 0 || bytes > 16L * most || at < 0 || at > hitSize - bytes) {
      return -1;
    }
    int[] region = c.region;
    long[] offsets = c.offset;
    int[] lengths = c.length;
    boolean linked = flagShift == 32;
    int entries = (int) bytes >>> 4;
    long readable = 0;
    long writable = 0;
    int firstWritable = -1;
    int end = b;
    for (int k = 0; k < entries; k++) {
      long offset = memory.get(DeviceRing.LONG_ANY, at + 16L * k) - hitGuest;
      long word = memory.get(DeviceRing.LONG_ANY, at + 16L * k + 8);
      long length = word & 0xFFFFFFFFL;
      int flags = (int) (word >>> flagShift & FLAGS) & ~ignored;
      if ((flags & DeviceRing.INDIRECT) != 0
          || offset < 0
          || offset > hitSize - length
          || (int) length <= 0) {
        return -1;
      }
      if ((flags & DeviceRing.WRITE) != 0) {
        firstWritable = firstWritable < 0 ? end : firstWritable;
        writable += length;
      } else if (firstWritable >= 0) {
        return -1;
      } else {
        readable += length;
      }
      region[end] = hitRegion;
      offsets[end] = offset;
      lengths[end] = (int) length;
      end++;
      // The usual driver fills the whole table and links each entry to the one after it. That the
      // number of entries comes from the descriptor, not from the flags found here, lets the
      // processor go on to the next table before this one's line has come over.
      if (linked
          && (k + 1 < entries
              ? (word >>> 48) != k + 1 || (flags & DeviceRing.NEXT) == 0
              : (flags & DeviceRing.NEXT) != 0)) {
        return -1;
      }
    }
    if (end == b) {
      return -1;
    }
    c.first[i] = b;
    c.first[i + 1] = end;
    c.writable[i] = firstWritable < 0 ? end : firstWritable;
    c.readableBytes[i] = readable;
    c.writableBytes[i] = writable;
    return end;
  }
}
