package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Finds the transport header of an Ethernet frame: at most two VLAN tags, IPv4 with options, IPv6
 * with extension headers. Nothing is read behind the bytes that are given. What was found is one
 * word, so that nothing is allocated: bytes before IP, bytes of IP with its extensions, bytes of
 * the transport header (16 bits each, lowest first), and {@link #V6} and {@link #TCP}.
 */
final class Headers {
  /** No TCP or UDP header, or one that is not whole within the bytes given. */
  static final long NONE = 0;

  static final long V6 = 1L << 48;
  static final long TCP = 1L << 49;
  private static final long FOUND = 1L << 50;

  /** Bytes from the TCP header to its checksum. */
  static final int TCP_CHECKSUM = 16;

  /** Bytes from the UDP header to its checksum. */
  static final int UDP_CHECKSUM = 6;

  /** Bytes from the IPv4 header to its checksum. */
  static final int IPV4_CHECKSUM = 10;

  /** Network byte order. */
  static final ValueLayout.OfShort NET = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int ETHERNET = 14;
  private static final int PROTOCOL_TCP = 6;
  private static final int PROTOCOL_UDP = 17;
  private static final int MOST_EXTENSIONS = 8;

  private Headers() {}

  /** Bytes before the IP header. */
  static int l2(long found) {
    return (int) found & 0xFFFF;
  }

  /** Bytes of the IP header with options or extensions. */
  static int l3(long found) {
    return (int) (found >>> 16) & 0xFFFF;
  }

  /** Bytes of the transport header. */
  static int l4(long found) {
    return (int) (found >>> 32) & 0xFFFF;
  }

  /** Where the transport header begins. */
  static int transport(long found) {
    return l2(found) + l3(found);
  }

  static boolean isTcp(long found) {
    return (found & TCP) != 0;
  }

  static boolean isV6(long found) {
    return (found & V6) != 0;
  }

  /**
   * Looks.
   *
   * @param memory holds the frame
   * @param at where the frame begins
   * @param length bytes that may be read from there on, all inside the memory
   * @return the word, or {@link #NONE}
   */
  static long find(MemorySegment memory, long at, int length) {
    int l2 = ETHERNET;
    if (length < l2) {
      return NONE;
    }
    int type = half(memory, at + l2 - 2);
    for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88A8); tags++) {
      l2 += 4;
      if (length < l2) {
        return NONE;
      }
      type = half(memory, at + l2 - 2);
    }
    return switch (type) {
      case 0x0800 -> ipv4(memory, at, l2, length);
      case 0x86DD -> ipv6(memory, at, l2, length);
      default -> NONE;
    };
  }

  private static long ipv4(MemorySegment memory, long at, int l2, int length) {
    if (length < l2 + 20) {
      return NONE;
    }
    int first = memory.get(JAVA_BYTE, at + l2);
    int l3 = (first & 0xF) * 4;
    // The fragments of a datagram have no transport header of their own: offset and "more" are 0.
    boolean whole = (half(memory, at + l2 + 6) & 0x3FFF) == 0;
    if ((first & 0xF0) != 0x40 || l3 < 20 || !whole) {
      return NONE;
    }
    return transport(memory, at, l2, l3, memory.get(JAVA_BYTE, at + l2 + 9), length);
  }

  private static long ipv6(MemorySegment memory, long at, int l2, int length) {
    if (length < l2 + 40 || (memory.get(JAVA_BYTE, at + l2) & 0xF0) != 0x60) {
      return NONE;
    }
    int l3 = 40;
    int next = memory.get(JAVA_BYTE, at + l2 + 6) & 0xFF;
    for (int i = 0; i < MOST_EXTENSIONS && isExtension(next); i++) {
      if (length < l2 + l3 + 8) {
        return NONE;
      }
      next = memory.get(JAVA_BYTE, at + l2 + l3) & 0xFF;
      l3 += 8 + 8 * (memory.get(JAVA_BYTE, at + l2 + l3 + 1) & 0xFF);
    }
    long found = transport(memory, at, l2, l3, next, length);
    return found == NONE ? NONE : found | V6;
  }

  /** Hop-by-hop options, routing, destination options. */
  private static boolean isExtension(int protocol) {
    return protocol == 0 || protocol == 43 || protocol == 60;
  }

  private static long transport(
      MemorySegment memory, long at, int l2, int l3, int protocol, int length) {
    int start = l2 + l3;
    int l4 = 8;
    long tcp = 0;
    if (protocol == PROTOCOL_TCP) {
      if (length < start + 20) {
        return NONE;
      }
      l4 = (memory.get(JAVA_BYTE, at + start + 12) >>> 2) & 0x3C;
      tcp = TCP;
    }
    boolean known = tcp != 0 ? l4 >= 20 : protocol == PROTOCOL_UDP;
    if (!known || length < start + l4) {
      return NONE;
    }
    return FOUND | tcp | l2 | (long) l3 << 16 | (long) l4 << 32;
  }

  /**
   * The sum over the pseudo-header of a frame: addresses, protocol and the transport's length as
   * the IP header has it. Folded, not inverted.
   */
  static int pseudo(MemorySegment memory, long at, long found) {
    int l2 = l2(found);
    boolean v6 = isV6(found);
    int stated = v6 ? 40 + half(memory, at + l2 + 4) : half(memory, at + l2 + 2);
    int sum = stated - l3(found) + (isTcp(found) ? PROTOCOL_TCP : PROTOCOL_UDP);
    int from = l2 + (v6 ? 8 : 12);
    int end = l2 + (v6 ? 40 : 20);
    for (int i = from; i < end; i += 2) {
      sum += half(memory, at + i);
    }
    return fold(sum);
  }

  /** Adds the carries of a sum of 16-bit words until there are none. */
  static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return (int) folded;
  }

  static int half(MemorySegment memory, long at) {
    return memory.get(NET, at) & 0xFFFF;
  }
}
