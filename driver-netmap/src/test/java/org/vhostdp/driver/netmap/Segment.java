package org.vhostdp.driver.netmap;

import java.nio.ByteBuffer;
import org.vhostdp.spi.Offload;

/** A TCP segment over IPv4 whose checksum is left open. */
final class Segment {
  static final int HEADERS = 54;
  private static final int ETHERNET = 14;
  private static final int TRANSPORT = 34;
  private static final int CHECKSUM = 16;

  private Segment() {}

  /** Addresses of RFC 2544, so many bytes of payload; the field holds the pseudo-header's sum. */
  static byte[] tcp(int payload) {
    ByteBuffer b = ByteBuffer.allocate(HEADERS + payload);
    b.put(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1}).putShort((short) 0x0800);
    b.putShort((short) 0x4500).putShort((short) (40 + payload)).putInt(0x4000);
    b.put((byte) 64).put((byte) 6).putShort((short) 0).putInt(0xC6120001).putInt(0xC6120002);
    b.putShort((short) 5001).putShort((short) 5002).putInt(1).putInt(1);
    b.putShort((short) 0x5010).putShort((short) 0x7FFF).putInt(0);
    for (int i = 0; i < payload; i++) {
      b.put((byte) i);
    }
    byte[] frame = b.array();
    b.putShort(24, (short) ~sum(frame, ETHERNET, 20, 0));
    b.putShort(TRANSPORT + CHECKSUM, (short) sum(frame, 26, 8, 6 + 20 + payload));
    return frame;
  }

  static long metadata(int gso) {
    return Offload.pack(TRANSPORT, CHECKSUM, gso, HEADERS);
  }

  /** Whether both checksums of a frame are right. */
  static boolean sound(byte[] frame) {
    int length = frame.length - TRANSPORT;
    return sum(frame, ETHERNET, 20, 0) == 0xFFFF
        && sum(frame, TRANSPORT, length, sum(frame, 26, 8, 6 + length)) == 0xFFFF;
  }

  private static int sum(byte[] bytes, int from, int length, long begin) {
    long sum = begin;
    for (int i = 0; i < length; i++) {
      sum += (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (int) sum;
  }
}
