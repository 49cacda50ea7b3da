package org.vhostdp.dataplane.port;

import java.nio.ByteBuffer;

/** A TCP segment over IPv4 in an Ethernet frame, and the reading of one. Plain arrays. */
final class TcpFrame {
  static final int HEADERS = 14 + 20 + 20;
  static final int TRANSPORT = 14 + 20;
  static final int CHECKSUM = 16;

  private TcpFrame() {}

  /** A frame whose TCP checksum field holds the sum of the pseudo-header only. */
  static byte[] open(int sourcePort, int sequence, byte[] payload) {
    byte[] bytes = new byte[HEADERS + payload.length];
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    frame.put(0, new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0});
    frame.put(14, (byte) 0x45);
    frame.putShort(16, (short) (bytes.length - 14));
    frame.putShort(20, (short) 0x4000);
    frame.put(22, (byte) 64);
    frame.put(23, (byte) 6);
    frame.putInt(26, 0x0A000001);
    frame.putInt(30, 0x0A000002);
    frame.putShort(24, (short) ~sum(bytes, 14, 20, 0));
    frame.putShort(TRANSPORT, (short) sourcePort);
    frame.putShort(TRANSPORT + 2, (short) 80);
    frame.putInt(TRANSPORT + 4, sequence);
    frame.putInt(TRANSPORT + 8, 1);
    frame.put(TRANSPORT + 12, (byte) 0x50);
    frame.put(TRANSPORT + 13, (byte) 0x10);
    frame.putShort(TRANSPORT + 14, (short) 0x7210);
    System.arraycopy(payload, 0, bytes, HEADERS, payload.length);
    int length = bytes.length - TRANSPORT;
    frame.putShort(TRANSPORT + CHECKSUM, (short) sum(bytes, 26, 8, 6 + length));
    return bytes;
  }

  /** Whether both checksums of a frame are right. */
  static boolean valid(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int length = bytes.length - TRANSPORT;
    return (frame.getShort(16) & 0xFFFF) == bytes.length - 14
        && sum(bytes, 14, 20, 0) == 0xFFFF
        && sum(bytes, TRANSPORT, length, sum(bytes, 26, 8, 6 + length)) == 0xFFFF;
  }

  static int sequence(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(TRANSPORT + 4);
  }

  private static int sum(byte[] bytes, int from, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      sum += (bytes[from + i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }
}
