package org.vhostdp.driver.tap;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** What goes to the kernel beside one frame's bytes: a header and {@code struct iovec}s. */
final class TapScratch {
  /** Entries of a frame: UIO_MAXIOV of the kernel, less the header and one to catch what is cut. */
  static final int MOST_SEGMENTS = 1022;

  private static final long SPILL = 16;

  final MemorySegment header;
  final MemorySegment vectors;

  /** Entries that a frame may have. */
  final int segments;

  /** Whether the header is known to be all zero, as most are; for who writes it. */
  boolean clear = true;

  /**
   * The first vector names the header.
   *
   * @param memory of {@link #bytes}, zeroed, aligned to 8
   */
  TapScratch(MemorySegment memory, int segments) {
    header = memory.asSlice(0, SPILL);
    vectors = memory.asSlice(2 * SPILL);
    this.segments = segments;
    vector(0, header.address(), VnetHeader.SIZE);
  }

  /** Bytes of memory that frames of so many entries need. */
  static long bytes(int segments) {
    return 2 * SPILL + 16L * (segments + 2);
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
