package org.vhostdp.driver.afpacket;

/**
 * How many bytes of a frame the kernel is asked to copy into one piece, which the virtio header's
 * hdr_len says. The rest it would send from the ring's pages; an interface of another namespace
 * then copies each page to one of its own, which takes longer than copying the whole frame at once.
 */
final class Linear {
  /** Bytes up to which a frame is copied whole. */
  static final int WHOLE = 4096;

  private static final int PAGE = 4096;

  /** Bytes of headers that must not be torn, and more. */
  private static final int LEAST = 256;

  private Linear() {}

  /**
   * Bytes to copy of a frame in the ring.
   *
   * @param at where it begins, bytes from the ring's start, which is a page's
   */
  static int of(int length, long at) {
    if (length <= WHOLE) {
      return length;
    }
    // Up to the end of a page, so that what is left takes as few pages as it can.
    int toEnd = PAGE - (int) (at & PAGE - 1);
    return Math.min(length, toEnd < LEAST ? toEnd + PAGE : toEnd);
  }
}
