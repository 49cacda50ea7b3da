package org.vhostdp.driver.tap;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Offload;

/**
 * {@code struct virtio_net_hdr} of linux/virtio_net.h, which goes before each frame of a TAP:
 * flags, gso_type (bytes); hdr_len, gso_size, csum_start, csum_offset (16 bits each, little endian
 * by TUNSETVNETLE). The first eight bytes are read and written as one word.
 */
final class VnetHeader {
  /** Bytes: the header without num_buffers. */
  static final int SIZE = 10;

  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_TCPV4 = 1;
  private static final int GSO_UDP = 3;
  private static final int GSO_TCPV6 = 4;
  private static final int GSO_UDP_L4 = 5;
  private static final int GSO_ECN = 0x80;

  private static final ValueLayout.OfLong WORD =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long CSUM_OFFSET = 8;

  private VnetHeader() {}

  /** The header of a frame that uses no offload. */
  static void clear(MemorySegment header) {
    header.set(WORD, 0, 0L);
    header.set(HALF, CSUM_OFFSET, (short) 0);
  }

  /** The header of a frame with offloads; the flags hold at most one GSO kind. */
  static void write(MemorySegment header, int flags, long packed) {
    int bits = 0;
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      bits = NEEDS_CSUM;
    } else if ((flags & Offload.CSUM_VALID) != 0) {
      bits = DATA_VALID;
    }
    long word = bits;
    if ((flags & Offload.GSO_ANY) != 0) {
      word |= (long) gsoType(flags) << 8;
      word |= (long) Offload.headerLength(packed) << 16;
      word |= (long) Offload.gsoSize(packed) << 32;
    }
    boolean partial = bits == NEEDS_CSUM;
    header.set(WORD, 0, partial ? word | (long) Offload.csumStart(packed) << 48 : word);
    header.set(HALF, CSUM_OFFSET, (short) (partial ? Offload.csumOffset(packed) : 0));
  }

  private static int gsoType(int flags) {
    int ecn = (flags & Offload.GSO_ECN) != 0 ? GSO_ECN : 0;
    return switch (flags & Offload.GSO_ANY) {
      case Offload.GSO_TCP4 -> GSO_TCPV4 | ecn;
      case Offload.GSO_TCP6 -> GSO_TCPV6 | ecn;
      case Offload.GSO_UFO -> GSO_UDP;
      default -> GSO_UDP_L4;
    };
  }

  /** The first word of a received header; zero in flags and type if the frame uses no offload. */
  static long word(MemorySegment header) {
    return header.get(WORD, 0);
  }

  /** Whether the word says that the frame is plain. */
  static boolean isPlain(long word) {
    return (word & 0xFFFF) == 0;
  }

  /** The SPI's flags of a received header; -1 if it holds a GSO kind that nobody asked for. */
  static int flags(long word) {
    int flags = 0;
    if ((word & NEEDS_CSUM) != 0) {
      flags = Offload.CSUM_PARTIAL;
    } else if ((word & DATA_VALID) != 0) {
      flags = Offload.CSUM_VALID;
    }
    int type = (int) (word >>> 8) & 0xFF;
    if ((type & GSO_ECN) != 0) {
      flags |= Offload.GSO_ECN;
    }
    return switch (type & ~GSO_ECN) {
      case 0 -> flags;
      case GSO_TCPV4 -> flags | Offload.GSO_TCP4;
      case GSO_TCPV6 -> flags | Offload.GSO_TCP6;
      case GSO_UDP -> flags | Offload.GSO_UFO;
      case GSO_UDP_L4 -> flags | Offload.GSO_USO;
      default -> -1;
    };
  }

  /**
   * The SPI's packed numbers of a received header whose first word is given. The kernel fills in
   * hdr_len with what happens to lie in its first buffer, so the header length is unknown.
   */
  static long packed(MemorySegment header, long word) {
    return Offload.pack((int) (word >>> 48), header.get(HALF, CSUM_OFFSET), (int) (word >>> 32), 0);
  }
}
