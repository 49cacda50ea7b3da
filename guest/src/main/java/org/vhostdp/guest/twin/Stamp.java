package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * Payload that proves itself: a mark, a sequence number, and content that follows from both, so
 * that a receiver checks each byte without having seen the original. Works on heap segments too.
 */
public final class Stamp {
  /** Smallest payload that can be stamped, bytes. */
  public static final int MIN_BYTES = 16;

  private static final long MARK = 0x7664_7074_7769_6e31L;

  private Stamp() {}

  /** Fills {@code length} bytes, {@link #MIN_BYTES} or more, for a sequence number from 0 on. */
  public static void write(MemorySegment memory, long offset, int length, long sequence) {
    memory.set(Le.U64_ANY, offset, MARK);
    memory.set(Le.U64_ANY, offset + 8, sequence);
    int i = MIN_BYTES;
    for (; i + 8 <= length; i += 8) {
      memory.set(Le.U64_ANY, offset + i, content(sequence, i));
    }
    long last = content(sequence, i);
    for (; i < length; i++, last >>>= 8) {
      memory.set(Packets.U8, offset + i, (byte) last);
    }
  }

  /** Sequence number of a stamped payload, or -1 when any byte of it is wrong. */
  public static long check(MemorySegment memory, long offset, int length) {
    if (length < MIN_BYTES || memory.get(Le.U64_ANY, offset) != MARK) {
      return -1;
    }
    long sequence = memory.get(Le.U64_ANY, offset + 8);
    int i = MIN_BYTES;
    long wrong = 0;
    for (; i + 8 <= length; i += 8) {
      wrong |= memory.get(Le.U64_ANY, offset + i) ^ content(sequence, i);
    }
    long last = content(sequence, i);
    for (; i < length; i++, last >>>= 8) {
      wrong |= memory.get(Packets.U8, offset + i) ^ (byte) last;
    }
    return wrong == 0 && sequence >= 0 ? sequence : -1;
  }

  private static long content(long sequence, int position) {
    long x = (sequence + 1) * 0x9e37_79b9_7f4a_7c15L + position * 0xbf58_476d_1ce4_e5b9L;
    return (x ^ x >>> 29) * 0x94d0_49bb_1331_11ebL;
  }
}
