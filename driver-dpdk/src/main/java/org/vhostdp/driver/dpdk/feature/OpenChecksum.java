package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * A checksum that DPDK cannot compute, computed over the entries of a frame. The field holds the
 * pseudo-header's sum, and so the sum from checksum start to the frame's end is what goes into it.
 */
final class OpenChecksum {
  private OpenChecksum() {}

  /** Whether every entry of the frame lies in the memory, and in the region of the first. */
  static boolean liesIn(MemorySegment memory, Burst frames, int entry) {
    long size = memory.byteSize();
    int region = frames.region[entry];
    int i = entry;
    while (true) {
      long at = frames.offset[i];
      int length = frames.length[i];
      if (frames.region[i] != region || length < 0 || at < 0 || at > size - length) {
        return false;
      }
      if (!goesOn(frames, i)) {
        return true;
      }
      i++;
    }
  }

  private static boolean goesOn(Burst frames, int i) {
    return (frames.flags[i] & Offload.MORE) != 0 && i + 1 < frames.flags.length;
  }

  /** Bytes of all entries of a frame. */
  static long total(Burst frames, int entry) {
    int i = entry;
    long total = frames.length[i];
    while (goesOn(frames, i)) {
      i++;
      total += frames.length[i];
    }
    return total;
  }

  /** Where the two bytes of a field lie; -1 if they lie in two entries, or in none. */
  static long locate(Burst frames, int entry, int field) {
    int i = entry;
    int from = field;
    while (from >= frames.length[i] && goesOn(frames, i)) {
      from -= frames.length[i];
      i++;
    }
    return from + 2 <= frames.length[i] ? frames.offset[i] + from : -1;
  }

  /**
   * Computes the checksum and writes it.
   *
   * @param start where it begins, bytes from the frame's first
   * @param at where it is written, as {@link #locate} says
   */
  static void complete(MemorySegment memory, Burst frames, int entry, int start, long at) {
    int i = entry;
    int skip = start;
    int position = 0;
    long sum = 0;
    while (true) {
      int length = frames.length[i];
      int from = Math.min(skip, length);
      sum += sum(memory, frames.offset[i] + from, length - from, position);
      position += length - from;
      skip -= from;
      if (!goesOn(frames, i)) {
        break;
      }
      i++;
    }
    int checksum = ~Headers.fold(sum) & 0xFFFF;
    // In UDP a zero means that there is none; where it means a zero, 0xffff is as good.
    memory.set(Headers.NET, at, (short) (checksum == 0 ? 0xFFFF : checksum));
  }

  /** The sum of bytes as 16-bit words whose first byte has an even position, high byte first. */
  private static long sum(MemorySegment memory, long at, int length, int position) {
    long sum = 0;
    int i = 0;
    if ((position & 1) != 0 && length > 0) {
      sum += memory.get(JAVA_BYTE, at) & 0xFF;
      i = 1;
    }
    for (; i + 1 < length; i += 2) {
      sum += Headers.half(memory, at + i);
    }
    if (i < length) {
      sum += (memory.get(JAVA_BYTE, at + i) & 0xFF) << 8;
    }
    return sum;
  }
}
