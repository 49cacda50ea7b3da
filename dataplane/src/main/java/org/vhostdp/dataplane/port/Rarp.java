package org.vhostdp.dataplane.port;

import java.nio.ByteBuffer;

/** The frame that tells switches where a MAC address is (RFC 903 reverse request). */
final class Rarp {
  private Rarp() {}

  /** A broadcast of 60 bytes from this address. */
  static byte[] announcing(byte[] mac) {
    ByteBuffer frame = ByteBuffer.allocate(60);
    frame.putInt(-1).putShort((short) -1).put(mac).putShort((short) 0x8035);
    frame.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    frame.putShort((short) 3);
    frame.put(mac).putInt(0).put(mac).putInt(0);
    return frame.array();
  }
}
