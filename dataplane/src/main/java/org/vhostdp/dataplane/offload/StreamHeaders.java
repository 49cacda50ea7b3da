package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What coalescing must know of a received frame, read where it lies: received bytes do not change.
 * Ethernet with up to two VLAN tags, IPv4 without options or IPv6 without extension headers, TCP.
 * Every place is checked against the frame's length before it is read.
 */
final class StreamHeaders {
  /** No TCP, so none of a held flow. */
  static final int OTHER = 0;

  /** Perhaps TCP, but not clear between which ports: options, extension headers, fragments. */
  static final int UNCLEAR = 1;

  /** TCP of a known flow that cannot be merged. */
  static final int SINGLE = 2;

  /** TCP that carries payload and nothing unusual; its checksum was not looked at. */
  static final int MERGEABLE = 3;

  static final int PSH = 0x08;
  private static final int ACK = 0x10;
  private static final int ECE = 0x40;
  private static final int FLAGS = 0xFFF;

  private static final int TYPE = 12;
  private static final int VLAN_TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int MOST_TAGS = 2;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  static final int IPV4_BYTES = 20;
  static final int IPV6_BYTES = 40;
  private static final int TCP = 6;
  private static final int TCP_BYTES = 20;
  private static final int DONT_FRAGMENT = 0x4000;

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Where the frame lies; offsets of headers count from its first byte. */
  MemorySegment memory = MemorySegment.NULL;

  long at;
  int length;

  boolean version6;
  int ip;
  int transport;
  int payload;

  /** Data offset, flags and window. */
  int bits;

  int sequence;

  /** Reads a frame, or the first entry of one; returns what it is. */
  int read(MemorySegment memory, long at, int length) {
    this.memory = memory;
    this.at = at;
    this.length = length;
    int tag = TYPE;
    for (int tags = 0; ; tags++) {
      if (tag + 2 > length) {
        return OTHER;
      }
      int type = word(tag);
      if (type == IPV4 || type == IPV6) {
        ip = tag + 2;
        version6 = type == IPV6;
        return version6 ? ipv6() : ipv4();
      }
      if (type != VLAN_TAG && type != SERVICE_TAG || tags == MOST_TAGS) {
        return OTHER;
      }
      tag += 4;
    }
  }

  private int ipv4() {
    if (ip + IPV4_BYTES > length || octet(ip + 9) != TCP) {
      return OTHER;
    }
    if (octet(ip) != 0x45 || (word(ip + 6) & ~DONT_FRAGMENT) != 0) {
      return UNCLEAR;
    }
    return tcp(ip + IPV4_BYTES, ip + word(ip + 2));
  }

  private int ipv6() {
    if (ip + IPV6_BYTES > length) {
      return OTHER;
    }
    int next = octet(ip + 6);
    if (next != TCP || octet(ip) >> 4 != 6) {
      return extension(next) ? UNCLEAR : OTHER;
    }
    return tcp(ip + IPV6_BYTES, ip + IPV6_BYTES + word(ip + 4));
  }

  /** Hop-by-hop, routing, fragment, authentication, destination, mobility, HIP, shim. */
  private static boolean extension(int next) {
    return switch (next) {
      case 0, 43, 44, 51, 60, 135, 139, 140 -> true;
      default -> false;
    };
  }

  /**
   * @param end of the packet as IP counts it
   */
  private int tcp(int from, int end) {
    transport = from;
    if (from + TCP_BYTES > length) {
      return UNCLEAR;
    }
    bits = number(from + 12);
    sequence = number(from + 4);
    payload = from + (bits >>> 28) * 4;
    int flags = bits >>> 16 & FLAGS;
    boolean plain = (flags & ~(PSH | ECE)) == ACK;
    boolean fits = end == length && payload >= from + TCP_BYTES && payload < end;
    return plain && fits && intact() ? MERGEABLE : SINGLE;
  }

  /** Whether the header that routers change is what its sender, or a router, made of it. */
  private boolean intact() {
    return version6 || InternetChecksum.sum(memory, at + ip, IPV4_BYTES) == 0xFFFF;
  }

  /** Whether the TCP checksum is right. Mergeable frames only. */
  boolean valid() {
    int bytes = length - transport;
    long sum = InternetChecksum.pseudoHeader(memory, at + addresses(), addressBytes(), TCP, bytes);
    return InternetChecksum.fold(sum + InternetChecksum.sum(memory, at + transport, bytes))
        == 0xFFFF;
  }

  boolean pushed() {
    return (bits & PSH << 16) != 0;
  }

  int payloadBytes() {
    return length - payload;
  }

  /** Offset of the source address; the destination's follows. */
  int addresses() {
    return ip + (version6 ? 8 : 12);
  }

  int addressBytes() {
    return version6 ? 32 : 8;
  }

  int octet(int offset) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, at + offset));
  }

  int word(int offset) {
    return Short.toUnsignedInt(memory.get(SHORT, at + offset));
  }

  int number(int offset) {
    return memory.get(INT, at + offset);
  }
}
