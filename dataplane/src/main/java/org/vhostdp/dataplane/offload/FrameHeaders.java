package org.vhostdp.dataplane.offload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The headers of one frame, copied and found: Ethernet with up to two VLAN tags, IPv4 with options
 * or IPv6 with extension headers, TCP with options or UDP. Copied first, because the frame may lie
 * in memory that a guest changes while it is read. Every length is checked against what is there.
 */
final class FrameHeaders {
  /** Bytes copied at most. Headers that are longer are refused. */
  static final int MOST = 256;

  private static final int ETHERTYPE = 12;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int VLAN_TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int MOST_TAGS = 2;

  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int TCP_BYTES = 20;
  private static final int UDP_BYTES = 8;

  static final int TCP = 6;
  static final int UDP = 17;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION = 60;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** The copy; the frame's first byte is its first. */
  final MemorySegment copy = Arena.ofAuto().allocate(MOST, 8);

  /** Bytes of the frame that are in the copy. */
  private int known;

  private boolean version6;
  private int ip;
  private int transport;
  private int protocol;
  private int payload;

  /** IPv6, else IPv4. */
  boolean version6() {
    return version6;
  }

  /** Offset of the IP header. */
  int ip() {
    return ip;
  }

  /** Offset of the TCP or UDP header. */
  int transport() {
    return transport;
  }

  /** {@link #TCP} or {@link #UDP}. */
  int protocol() {
    return protocol;
  }

  /** Offset of the payload, which is the length of all headers; not beyond the copy. */
  int payload() {
    return payload;
  }

  /**
   * Reads a frame's headers.
   *
   * @param at offset of its first byte; the frame lies in the segment
   * @param length bytes of the frame
   * @return 0, or a reason of {@link Segmentation}
   */
  int read(MemorySegment frame, long at, int length) {
    known = Math.min(length, MOST);
    MemorySegment.copy(frame, at, copy, 0, known);
    int tag = ETHERTYPE;
    int type = IPV4;
    for (int tags = 0; ; tags++) {
      if (tag + 2 > known) {
        return Segmentation.TRUNCATED;
      }
      type = word(tag);
      if (type != VLAN_TAG && type != SERVICE_TAG || tags == MOST_TAGS) {
        break;
      }
      tag += 4;
    }
    ip = tag + 2;
    version6 = type == IPV6;
    if (!version6 && type != IPV4) {
      return Segmentation.UNKNOWN;
    }
    int wrong = version6 ? ipv6() : ipv4();
    return wrong != 0 ? wrong : transportHeader();
  }

  private int ipv4() {
    if (ip + IPV4_BYTES > known) {
      return Segmentation.TRUNCATED;
    }
    int first = octet(ip);
    int bytes = (first & 0xF) * 4;
    if (first >> 4 != 4 || bytes < IPV4_BYTES) {
      return Segmentation.UNKNOWN;
    }
    // More fragments, or the offset of one.
    if ((word(ip + 6) & 0x3FFF) != 0) {
      return Segmentation.FRAGMENTED;
    }
    protocol = octet(ip + 9);
    transport = ip + bytes;
    return 0;
  }

  private int ipv6() {
    if (ip + IPV6_BYTES > known) {
      return Segmentation.TRUNCATED;
    }
    if (octet(ip) >> 4 != 6) {
      return Segmentation.UNKNOWN;
    }
    protocol = octet(ip + 6);
    transport = ip + IPV6_BYTES;
    while (protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION) {
      if (transport + 8 > known) {
        return Segmentation.TRUNCATED;
      }
      protocol = octet(transport);
      transport += (octet(transport + 1) + 1) * 8;
    }
    return protocol == FRAGMENT ? Segmentation.FRAGMENTED : 0;
  }

  private int transportHeader() {
    if (protocol != TCP && protocol != UDP) {
      return Segmentation.UNKNOWN;
    }
    int least = protocol == TCP ? TCP_BYTES : UDP_BYTES;
    if (transport + least > known) {
      return Segmentation.TRUNCATED;
    }
    int bytes = protocol == TCP ? (octet(transport + 12) >> 4) * 4 : UDP_BYTES;
    if (bytes < least) {
      return Segmentation.UNKNOWN;
    }
    payload = transport + bytes;
    return payload > known ? Segmentation.TRUNCATED : 0;
  }

  private int octet(int at) {
    return Byte.toUnsignedInt(copy.get(ValueLayout.JAVA_BYTE, at));
  }

  private int word(int at) {
    return Short.toUnsignedInt(copy.get(SHORT, at));
  }
}
