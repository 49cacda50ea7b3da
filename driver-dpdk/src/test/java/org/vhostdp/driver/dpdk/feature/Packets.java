package org.vhostdp.driver.dpdk.feature;

import java.nio.ByteBuffer;
import java.util.Random;

/** Frames with IP packets of TCP and UDP, for tests: built and checked. */
final class Packets {
  static final byte[] STATION = {2, 0, 0, 0, 0, 1};
  static final byte[] PEER = {2, 0, 0, 0, 0, 2};
  static final int TCP = 6;
  static final int UDP = 17;

  private Packets() {}

  /** A frame of an EtherType that no kernel answers. */
  static byte[] plain(int length, int seed) {
    byte[] frame = new byte[length];
    new Random(seed).nextBytes(frame);
    ByteBuffer.wrap(frame).put(PEER).put(STATION).putShort((short) 0x88B5);
    return frame;
  }

  /** A packet between 198.18.0.1 and .2, or 2001:db8::1 and ::2, whose checksum is right. */
  static byte[] of(boolean v6, int protocol, int payload) {
    int l4 = protocol == TCP ? 20 : 8;
    byte[] frame = new byte[14 + (v6 ? 40 : 20) + l4 + payload];
    new Random(payload).nextBytes(frame);
    ByteBuffer b = ByteBuffer.wrap(frame).put(PEER).put(STATION);
    if (v6) {
      b.putShort((short) 0x86DD).putInt(0x60000000).putShort((short) (l4 + payload));
      b.put((byte) protocol).put((byte) 64);
      b.putInt(0x20010DB8).putInt(0).putInt(0).putInt(1);
      b.putInt(0x20010DB8).putInt(0).putInt(0).putInt(2);
    } else {
      b.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) (20 + l4 + payload));
      b.putInt(0x4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
      b.putInt(0xC6120001).putInt(0xC6120002);
      b.putShort(24, (short) ~sum(frame, 14, 20, 0));
    }
    b.putShort((short) 5001).putShort((short) 5002);
    if (protocol == TCP) {
      b.putInt(0x10203040).putInt(1).putShort((short) 0x5010).putShort((short) 0x7FFF).putInt(0);
    } else {
      b.putShort((short) (8 + payload)).putShort((short) 0);
    }
    int sum = ~sum(frame, start(v6), l4 + payload, pseudo(frame)) & 0xFFFF;
    b.putShort(field(v6, protocol), (short) (sum == 0 ? 0xFFFF : sum));
    return frame;
  }

  /** The same with an open checksum: the field holds the pseudo-header's sum. */
  static byte[] open(byte[] whole) {
    byte[] frame = whole.clone();
    ByteBuffer.wrap(frame).putShort(fieldOf(frame), (short) fold(pseudo(frame)));
    return frame;
  }

  /** Puts a tag behind the addresses. */
  static byte[] tagged(byte[] frame, int tci) {
    ByteBuffer b = ByteBuffer.allocate(frame.length + 4).put(frame, 0, 12);
    return b.putShort((short) 0x8100)
        .putShort((short) tci)
        .put(frame, 12, frame.length - 12)
        .array();
  }

  static int start(boolean v6) {
    return v6 ? 54 : 34;
  }

  static int field(boolean v6, int protocol) {
    return start(v6) + (protocol == TCP ? 16 : 6);
  }

  private static boolean isV6(byte[] frame) {
    return frame[12] == (byte) 0x86;
  }

  private static int protocol(byte[] frame) {
    return frame[isV6(frame) ? 20 : 23];
  }

  static int fieldOf(byte[] frame) {
    return field(isV6(frame), protocol(frame));
  }

  /** Bytes of the packet, as its IP header has them. */
  static int stated(byte[] frame) {
    ByteBuffer b = ByteBuffer.wrap(frame);
    return isV6(frame) ? 54 + b.getShort(18) : 14 + (b.getShort(16) & 0xFFFF);
  }

  /** The sum over the pseudo-header, not folded. */
  static int pseudo(byte[] frame) {
    boolean v6 = isV6(frame);
    int length = stated(frame) - start(v6);
    int sum = length + protocol(frame);
    ByteBuffer b = ByteBuffer.wrap(frame);
    for (int i = v6 ? 22 : 26; i < start(v6); i += 2) {
      sum += b.getShort(i) & 0xFFFF;
    }
    return sum;
  }

  /** Whether the transport's checksum, and IPv4's own, are right. */
  static boolean isSound(byte[] frame) {
    boolean v6 = isV6(frame);
    int length = stated(frame) - start(v6);
    boolean header = v6 || sum(frame, 14, 20, 0) == 0xFFFF;
    return header && sum(frame, start(v6), length, pseudo(frame)) == 0xFFFF;
  }

  static int sum(byte[] bytes, int from, int length, int begin) {
    int sum = begin;
    for (int i = 0; i < length; i++) {
      sum = fold(sum + ((bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0)));
    }
    return fold(sum);
  }

  private static int fold(int sum) {
    int folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return folded;
  }
}
