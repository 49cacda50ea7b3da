package org.vhostdp.driver.tap;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** What a queue hands to the kernel beside the frames: a header and {@code struct iovec}s. */
final class TapScratch {
  /** Entries of a frame: UIO_MAXIOV of the kernel, less the header and one to catch what is cut. */
  static final int MOST_SEGMENTS = 1022;

  /** Bytes of one queue's scratch memory. */
  static final long BYTES = 32 + 16 * (MOST_SEGMENTS + 2);

  private static final long SPILL = 16;

  final MemorySegment header;
  final MemorySegment vectors;

  /**
   * The first vector names the header.
   *
   * @param memory of {@link #BYTES}, aligned to 8
   */
  TapScratch(MemorySegment memory) {
    header = memory.asSlice(0, SPILL);
    vectors = memory.asSlice(2 * SPILL);
    vector(0, header.address(), VnetHeader.SIZE);
  }

  void vector(int i, long base, long length) {
    long at = 16L * i;
    vectors.set(JAVA_LONG, at, base);
    vectors.set(JAVA_LONG, at + 8, length);
  }

  /** Makes a vector of one byte that nobody reads: reading into it tells that a frame was cut. */
  void spill(int i) {
    vector(i, header.address() + SPILL, 1);
  }
}
