package org.vhostdp.dataplane.offload;

import java.nio.ByteBuffer;
import java.util.Random;

/** A TCP segment to be built with plain arrays; every field may be made wrong. */
final class Segment implements Cloneable {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 16;
  static final int URG = 32;
  static final int ECE = 64;
  static final int CWR = 128;

  int flow;
  int tags;
  int tci = 7;
  boolean version6;
  int ipOptions;
  boolean extension;
  int tos;
  int label;
  int id;
  int fragment = 0x4000;
  int ttl = 64;
  int host = 1;
  int port = 1000;
  int sequence;
  int ack = 77;
  int flags = ACK;
  int window = 500;
  int urgent;
  int options = 3;
  int stamp = 9;
  int payload = 1000;
  int padding;
  boolean wrongChecksum;
  boolean wrongHeaderChecksum;

  /** The one that follows, alike in all else. */
  Segment next() {
    Segment next = copy();
    next.sequence += payload;
    next.id = id + 1 & 0xFFFF;
    return next;
  }

  Segment copy() {
    try {
      return (Segment) clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  int ip() {
    return 14 + 4 * tags;
  }

  int transport() {
    return ip() + (version6 ? 40 + (extension ? 8 : 0) : 20 + 4 * ipOptions);
  }

  int headers() {
    return transport() + 20 + 4 * options;
  }

  byte[] bytes() {
    byte[] bytes = new byte[headers() + payload + padding];
    int end = headers() + payload;
    ByteBuffer b = ByteBuffer.wrap(bytes);
    b.putInt(0, 0x02000000)
        .putShort(4, (short) 1)
        .putInt(6, 0x02000000 + flow)
        .putShort(10, (short) 2);
    for (int tag = 0; tag < tags; tag++) {
      b.putShort(12 + 4 * tag, (short) (tag == 0 && tags == 2 ? 0x88A8 : 0x8100));
      b.putShort(14 + 4 * tag, (short) tci);
    }
    b.putShort(ip() - 2, (short) (version6 ? 0x86DD : 0x0800));
    int t = transport();
    b.putShort(t, (short) port).putShort(t + 2, (short) 80).putInt(t + 4, sequence);
    b.putInt(t + 8, ack).putShort(t + 12, (short) (5 + options << 12 | flags));
    b.putShort(t + 14, (short) window).putShort(t + 18, (short) urgent);
    for (int i = 0; i < options; i++) {
      b.putInt(t + 20 + 4 * i, i == 0 ? 0x0101080A : stamp);
    }
    Random random = new Random(sequence);
    for (int i = headers(); i < end; i++) {
      bytes[i] = (byte) random.nextInt();
    }
    if (version6) {
      ipv6(b, end);
    } else {
      ipv4(b, end);
    }
    int addresses = ip() + (version6 ? 8 : 12);
    int sum = PlainChecksum.transport(bytes, addresses, version6 ? 32 : 8, 6, t, end - t);
    b.putShort(t + 16, (short) (wrongChecksum ? sum ^ 0x0100 : sum));
    return bytes;
  }

  private void ipv4(ByteBuffer b, int end) {
    int ip = ip();
    b.put(ip, (byte) (0x45 + ipOptions)).put(ip + 1, (byte) tos);
    b.putShort(ip + 2, (short) (end - ip)).putShort(ip + 4, (short) id);
    b.putShort(ip + 6, (short) fragment).put(ip + 8, (byte) ttl).put(ip + 9, (byte) 6);
    b.putInt(ip + 12, 0x0A000000 + host).putInt(ip + 16, 0x0A0000FE);
    for (int i = 0; i < ipOptions; i++) {
      b.putInt(ip + 20 + 4 * i, 0x01010101);
    }
    int sum = PlainChecksum.sum(b.array(), ip, 20 + 4 * ipOptions);
    b.putShort(ip + 10, (short) (wrongHeaderChecksum ? ~sum ^ 1 : ~sum));
  }

  private void ipv6(ByteBuffer b, int end) {
    int ip = ip();
    b.putInt(ip, 0x60000000 | tos << 20 | label).putShort(ip + 4, (short) (end - ip - 40));
    b.put(ip + 6, (byte) (extension ? 60 : 6)).put(ip + 7, (byte) ttl);
    b.putLong(ip + 8, 0xFE80000000000000L).putLong(ip + 16, host);
    b.putLong(ip + 24, 0xFE80000000000000L).putLong(ip + 32, 0xFE);
    if (extension) {
      b.put(ip + 40, (byte) 6);
    }
  }
}
