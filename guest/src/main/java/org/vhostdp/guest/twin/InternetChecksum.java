package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/** The ones' complement checksum of RFC 1071, over memory in network order. */
public final class InternetChecksum {
  private InternetChecksum() {}

  /** Adds bytes to a running sum; an odd last byte counts as the high half of a word. */
  public static long add(long sum, MemorySegment memory, long offset, int length) {
    long total = sum;
    int i = 0;
    for (; i + 4 <= length; i += 4) {
      total += memory.get(Packets.U32, offset + i) & 0xffffffffL;
    }
    if (i + 2 <= length) {
      total += memory.get(Packets.U16, offset + i) & 0xffff;
      i += 2;
    }
    if (i < length) {
      total += (memory.get(Packets.U8, offset + i) & 0xff) << 8;
    }
    return total;
  }

  /** Folds a running sum into 16 bits. */
  public static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The checksum field's value for a running sum that counted the field as zero. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }
}
