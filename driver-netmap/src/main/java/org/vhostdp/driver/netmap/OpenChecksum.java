package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** Finishes a checksum that the sender left open, for a guest that does not take it so. */
final class OpenChecksum {
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private OpenChecksum() {}

  /**
   * Sums a lent frame from where its checksum covers it, and writes the result. A field that does
   * not lie within the frame is left alone: the guest's stack refuses such a frame.
   *
   * @param first entry
   * @param end the index after the last one
   * @param packed where the checksum is, as of {@link Offload#pack}
   */
  static void finish(MemorySegment memory, Burst burst, int first, int end, long packed) {
    int start = Offload.csumStart(packed);
    int field = start + Offload.csumOffset(packed);
    long sum = 0;
    int at = 0;
    for (int i = first; i < end; i++) {
      int length = burst.length[i];
      int from = Math.max(0, start - at);
      if (from < length) {
        int part = folded(sum(memory, burst.offset[i] + from, length - from));
        // What begins at an odd place has its bytes in the other halves of the words.
        boolean odd = (at + from - start & 1) != 0;
        sum += odd ? (part & 0xFF) << 8 | part >>> 8 : part;
      }
      at += length;
    }
    if (field + 2 <= at) {
      int result = ~folded(sum) & 0xFFFF;
      // RFC 768: zero would mean that there is none. TCP does not mind.
      int written = result == 0 ? 0xFFFF : result;
      set(memory, burst, first, field, (byte) (written >>> 8));
      set(memory, burst, first, field + 1, (byte) written);
    }
  }

  private static long sum(MemorySegment memory, long from, int length) {
    long sum = 0;
    long at = from;
    for (int left = length; left >= 4; left -= 4, at += 4) {
      sum += memory.get(WORD, at) & 0xFFFFFFFFL;
    }
    for (int i = 0; i < (length & 3); i++) {
      sum += (memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xFFL) << ((i & 1) == 0 ? 8 : 0);
    }
    return sum;
  }

  private static int folded(long sum) {
    long rest = sum;
    while (rest >>> 16 != 0) {
      rest = (rest & 0xFFFF) + (rest >>> 16);
    }
    return (int) rest;
  }

  /** Sets a byte of a frame, which lies in the entry that its place is in. */
  private static void set(MemorySegment memory, Burst burst, int first, int place, byte value) {
    int i = first;
    int within = place;
    while (within >= burst.length[i]) {
      within -= burst.length[i++];
    }
    memory.set(ValueLayout.JAVA_BYTE, burst.offset[i] + within, value);
  }
}
