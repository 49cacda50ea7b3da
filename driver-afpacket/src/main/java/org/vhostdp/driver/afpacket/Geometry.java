package org.vhostdp.driver.afpacket;

/**
 * The frames of a mapped ring: blocks of one size with whole frames in each.
 *
 * @param frame bytes of a frame, a multiple of 16
 * @param block bytes of a block, a multiple of the page size
 * @param blocks number of blocks
 */
record Geometry(int frame, int block, int blocks) {
  /** Bytes: what a frame is a multiple of in a ring of blocks, whose frames are of any length. */
  static final int LEAST_FRAME = 2048;

  private static final int LINE = 64;
  private static final int PAGE = 4096;

  /** Blocks are as large as the kernel gives in one piece without trouble. */
  private static final int USUAL_BLOCK = 1 << 18;

  /**
   * A ring of at least so many frames.
   *
   * @param room bytes that a frame must hold at least
   */
  static Geometry of(int room, int frames) {
    int frame = stride(room);
    int block = Math.max(USUAL_BLOCK, pages(frame));
    int each = block / frame;
    return new Geometry(frame, block, (frames + each - 1) / each);
  }

  /**
   * An odd number of cache lines, so that the first lines of the frames spread over all sets of the
   * cache.
   */
  static int stride(int room) {
    int lines = (room + LINE - 1) / LINE;
    return (lines | 1) * LINE;
  }

  private static int pages(int bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }

  int perBlock() {
    return block / frame;
  }

  int frames() {
    return blocks * perBlock();
  }

  long bytes() {
    return (long) block * blocks;
  }

  /** Where each frame starts, bytes from the ring's start. */
  long[] starts() {
    int each = perBlock();
    long[] starts = new long[frames()];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = (long) (i / each) * block + (long) (i % each) * frame;
    }
    return starts;
  }
}
