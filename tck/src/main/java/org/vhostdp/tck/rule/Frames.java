package org.vhostdp.tck.rule;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Frames that the kit can tell from everything else on a wire: experimental EtherType 0x88b5 (IEEE
 * 802, local experiments), a mark, a number, then bytes that follow from both.
 */
public final class Frames {
  /** Local experimental EtherType 1. */
  public static final int ETHER_TYPE = 0x88b5;

  /** Least length that holds a number. */
  public static final int SHORTEST = 26;

  private static final byte[] MARK = "vdTCK".getBytes(StandardCharsets.US_ASCII);

  private Frames() {}

  /**
   * Frame {@code number} of {@code length} bytes, broadcast from a local address.
   *
   * @param length {@link #SHORTEST} or more
   */
  public static byte[] numbered(int number, int length) {
    ByteBuffer frame = ByteBuffer.allocate(length);
    frame.put(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1});
    frame.putShort((short) ETHER_TYPE);
    frame.put(MARK).put((byte) 0).putInt(number);
    SplittableRandom bytes = new SplittableRandom(number * 31L + length);
    while (frame.hasRemaining()) {
      frame.put((byte) bytes.nextInt());
    }
    return frame.array();
  }

  /** The number of a frame of the kit's, or -1 if it is not one. */
  public static int number(byte[] frame) {
    if (frame.length < SHORTEST || (ByteBuffer.wrap(frame).getShort(12) & 0xFFFF) != ETHER_TYPE) {
      return -1;
    }
    for (int i = 0; i < MARK.length; i++) {
      if (frame[14 + i] != MARK[i]) {
        return -1;
      }
    }
    return ByteBuffer.wrap(frame).getInt(20);
  }

  /** Whether a frame is one of the kit's. */
  public static boolean ours(byte[] frame) {
    return number(frame) >= 0;
  }
}
