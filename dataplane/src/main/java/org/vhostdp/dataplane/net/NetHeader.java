package org.vhostdp.dataplane.net;

import org.vhostdp.spi.Offload;

/**
 * Translation between the header before a frame (struct virtio_net_hdr, virtio 1.3, 5.1.6) and the
 * SPI's offload metadata. Pure functions on words; nothing is trusted.
 *
 * <p>Layout, little-endian: flags u8, gso_type u8, hdr_len u16, gso_size u16, csum_start u16,
 * csum_offset u16, num_buffers u16; with hash reports: hash_value u32, hash_report u16, padding.
 */
final class NetHeader {
  /** Bytes from the header's start to num_buffers. */
  static final int NUM_BUFFERS = 10;

  /** Bytes from the header's start to hash_value, where hashes are reported. */
  static final int HASH = 12;

  /** A frame whose header contradicts itself. */
  static final int BAD = -1;

  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_TCPV4 = 1;
  private static final int GSO_UDP = 3;
  private static final int GSO_TCPV6 = 4;
  private static final int GSO_UDP_L4 = 5;
  private static final int GSO_ECN = 0x80;

  private NetHeader() {}

  /**
   * Metadata flags of a header, checked against the frame.
   *
   * @param first the header's first eight bytes
   * @param csumOffset csum_offset
   * @param frameBytes bytes of the frame
   * @param allowed offloads that were negotiated
   * @return bits of {@link Offload}, or {@link #BAD}
   */
  static int flags(long first, int csumOffset, long frameBytes, int allowed) {
    int flags = 0;
    if ((first & NEEDS_CSUM) != 0) {
      int start = (int) (first >>> 48);
      if (start + csumOffset + 2L > frameBytes) {
        return BAD;
      }
      flags = Offload.CSUM_PARTIAL;
    }
    int type = (int) (first >>> 8) & 0xFF;
    if (type != 0) {
      int gso = gso(type);
      int gsoSize = (int) (first >>> 32) & 0xFFFF;
      if (gso == BAD || gsoSize == 0 || (first & NEEDS_CSUM) == 0) {
        return BAD;
      }
      flags |= gso;
    }
    return (flags & ~allowed) == 0 ? flags : BAD;
  }

  /** The packed numbers of a header. */
  static long numbers(long first, int csumOffset) {
    return Offload.pack(
        (int) (first >>> 48),
        csumOffset,
        (int) (first >>> 32) & 0xFFFF,
        (int) (first >>> 16) & 0xFFFF);
  }

  private static int gso(int type) {
    int ecn = (type & GSO_ECN) != 0 ? Offload.GSO_ECN : 0;
    return switch (type & ~GSO_ECN) {
      case GSO_TCPV4 -> Offload.GSO_TCP4 | ecn;
      case GSO_TCPV6 -> Offload.GSO_TCP6 | ecn;
      case GSO_UDP -> ecn == 0 ? Offload.GSO_UFO : BAD;
      case GSO_UDP_L4 -> ecn == 0 ? Offload.GSO_USO : BAD;
      default -> BAD;
    };
  }

  /** The header's first eight bytes for metadata. */
  static long first(int flags, long numbers) {
    long first = 0;
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      first = NEEDS_CSUM | (long) Offload.csumStart(numbers) << 48;
    } else if ((flags & Offload.CSUM_VALID) != 0) {
      first = DATA_VALID;
    }
    if ((flags & Offload.GSO_ANY) != 0) {
      first |=
          type(flags) << 8
              | (long) Offload.headerLength(numbers) << 16
              | (long) Offload.gsoSize(numbers) << 32;
    }
    return first;
  }

  private static long type(int flags) {
    long ecn = (flags & Offload.GSO_ECN) != 0 ? GSO_ECN : 0;
    if ((flags & Offload.GSO_TCP4) != 0) {
      return GSO_TCPV4 | ecn;
    }
    if ((flags & Offload.GSO_TCP6) != 0) {
      return GSO_TCPV6 | ecn;
    }
    return (flags & Offload.GSO_USO) != 0 ? GSO_UDP_L4 : GSO_UDP;
  }

  /**
   * hash_value, and above it hash_report: the number of the type's bit, counted from one, 0 for
   * none (5.1.6.4.1).
   *
   * @param type one bit of {@link org.vhostdp.spi.Steering}, or 0
   */
  static long hash(int value, int type) {
    return value & 0xFFFF_FFFFL | (long) (32 - Integer.numberOfLeadingZeros(type)) << 32;
  }

  /** csum_offset for metadata. */
  static int csumOffset(int flags, long numbers) {
    return (flags & Offload.CSUM_PARTIAL) != 0 ? Offload.csumOffset(numbers) : 0;
  }
}
