package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.ValueLayout;

/**
 * Where the words of {@code struct rte_mbuf} lie that carry offloads, and their bits
 * (rte_mbuf_core.h of DPDK 22.11; the layout is part of its ABI 23). {@code tx_offload} is a word
 * of bit fields: bytes of layer 2 (7 bits), of layer 3 (9), of layer 4 (8), segment size (16).
 */
final class Mbuf {
  static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED;
  static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED;

  static final long OL_FLAGS = 24;
  static final long PACKET_TYPE = 32;
  static final long VLAN_TCI = 42;

  /** Received: the flow hash. On transmit it has no meaning. */
  static final long HASH = 44;

  /** The hash's second word: on transmit, whether the first one holds checksums to put back. */
  static final long PREPARED = 48;

  static final long TX_OFFLOAD = 72;

  static final long RX_RSS_HASH = 1L << 1;
  static final long RX_VLAN_STRIPPED = 1L << 6;
  static final long RX_L4_MASK = 1L << 3 | 1L << 8;
  static final long RX_L4_GOOD = 1L << 8;
  static final long RX_L4_NONE = RX_L4_MASK;
  static final long RX_LRO = 1L << 16;

  static final long TX_UDP_SEG = 1L << 42;
  static final long TX_TCP_SEG = 1L << 50;
  static final long TX_TCP_CKSUM = 1L << 52;
  static final long TX_UDP_CKSUM = 3L << 52;
  static final long TX_IP_CKSUM = 1L << 54;
  static final long TX_IPV4 = 1L << 55;
  static final long TX_IPV6 = 1L << 56;
  static final long TX_VLAN = 1L << 57;

  private static final int MOST_L2 = 127;
  private static final int MOST_L3 = 511;

  private Mbuf() {}

  /** Whether the headers' lengths have room in the word; a TCP header always has. */
  static boolean fits(long found) {
    return Headers.l2(found) <= MOST_L2 && Headers.l3(found) <= MOST_L3;
  }

  /** The word of lengths. */
  static long txOffload(long found, int segment) {
    return Headers.l2(found)
        | (long) Headers.l3(found) << 7
        | (long) Headers.l4(found) << 16
        | (segment & 0xFFFFL) << 24;
  }

  /** Bytes before the IP header, of a word of lengths. */
  static int l2(long word) {
    return (int) word & MOST_L2;
  }

  /** Payload bytes of each segment, of a word of lengths. */
  static int segment(long word) {
    return (int) (word >>> 24) & 0xFFFF;
  }
}
