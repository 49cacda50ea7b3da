package org.vhostdp.dataplane.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies frames between bounded segments. Bounds are checked by every access. */
final class Copy {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** From here on the library's bulk copy is faster than a loop of words. */
  private static final int BULK = 128;

  private Copy() {}

  /** Copies {@code bytes}, at least 0, between segments that do not overlap. */
  static void frame(MemorySegment from, long at, MemorySegment to, long toAt, int bytes) {
    if (bytes > BULK || bytes < 8) {
      MemorySegment.copy(from, at, to, toAt, bytes);
      return;
    }
    // Whole words, then the last eight bytes again, overlapping: no loop of single bytes.
    int last = bytes - 8;
    for (int i = 0; i < last; i += 8) {
      to.set(LONG, toAt + i, from.get(LONG, at + i));
    }
    to.set(LONG, toAt + last, from.get(LONG, at + last));
  }
}
