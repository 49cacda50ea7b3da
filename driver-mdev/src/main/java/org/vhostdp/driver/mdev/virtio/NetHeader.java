package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Offload;

/**
 * {@code struct virtio_net_hdr} (section 5.1.6), which goes before each frame: flags, gso_type
 * (bytes); hdr_len, gso_size, csum_start, csum_offset, num_buffers (16 bits each, little endian,
 * the machine's order wherever this driver runs). The first eight bytes are read and written as a
 * word.
 */
final class NetHeader {
  static final int SIZE = 12;

  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_TCPV4 = 1;
  private static final int GSO_TCPV6 = 4;
  private static final int GSO_UDP_L4 = 5;
  private static final int GSO_ECN = 0x80;
  private static final long REST = 8;
  private static final int WORD = 0xffff;

  /** Least bytes of a TCP header, and those of a UDP header. */
  private static final int TCP = 20;

  private static final int UDP = 8;
  private static final ValueLayout.OfLong FIRST = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt LAST = ValueLayout.JAVA_INT_UNALIGNED;

  private NetHeader() {}

  /** Writes the header of a frame that wants nothing. */
  static void writePlain(MemorySegment memory, long at) {
    memory.set(FIRST, at, 0);
    memory.set(LAST, at + REST, 0);
  }

  /**
   * Writes the header of a frame.
   *
   * @param flags bits of Offload, at most one GSO kind
   */
  static void write(MemorySegment memory, long at, int flags, long packed) {
    boolean partial = (flags & Offload.CSUM_PARTIAL) != 0;
    long word = partial ? NEEDS_CSUM | (long) Offload.csumStart(packed) << 48 : 0;
    if ((flags & Offload.GSO_ANY) != 0) {
      int length = Offload.headerLength(packed);
      if (length == 0) {
        length = Offload.csumStart(packed) + ((flags & Offload.GSO_USO) != 0 ? UDP : TCP);
      }
      word |= gsoType(flags) << 8 | (length & (long) WORD) << 16;
      word |= (long) Offload.gsoSize(packed) << 32;
    }
    memory.set(FIRST, at, word);
    memory.set(LAST, at + REST, partial ? Offload.csumOffset(packed) : 0);
  }

  private static long gsoType(int flags) {
    int ecn = (flags & Offload.GSO_ECN) != 0 ? GSO_ECN : 0;
    return switch (flags & Offload.GSO_ANY) {
      case Offload.GSO_TCP4 -> GSO_TCPV4 | ecn;
      case Offload.GSO_TCP6 -> GSO_TCPV6 | ecn;
      default -> GSO_UDP_L4;
    };
  }

  /** The first word of a received header; {@link #isPlain} if the frame uses no offload. */
  static long first(MemorySegment memory, long at) {
    return memory.get(FIRST, at);
  }

  /** The last word: csum_offset, and how many buffers the frame takes. */
  static int last(MemorySegment memory, long at) {
    return memory.get(LAST, at + REST);
  }

  static int buffers(int last) {
    return last >>> 16;
  }

  static boolean isPlain(long first) {
    return (first & WORD) == 0;
  }

  /** The SPI's flags of a received header; -1 if it holds a GSO kind that has no name. */
  static int flags(long first) {
    int flags = 0;
    if ((first & NEEDS_CSUM) != 0) {
      flags = Offload.CSUM_PARTIAL;
    } else if ((first & DATA_VALID) != 0) {
      flags = Offload.CSUM_VALID;
    }
    int type = (int) (first >>> 8) & 0xff;
    if ((type & GSO_ECN) != 0) {
      flags |= Offload.GSO_ECN;
    }
    return switch (type & ~GSO_ECN) {
      case 0 -> flags;
      case GSO_TCPV4 -> flags | Offload.GSO_TCP4;
      case GSO_TCPV6 -> flags | Offload.GSO_TCP6;
      case GSO_UDP_L4 -> flags | Offload.GSO_USO;
      default -> -1;
    };
  }

  /**
   * The SPI's packed numbers of a received header. Devices fill in hdr_len with what they like, so
   * the header length is unknown.
   */
  static long packed(long first, int last) {
    return Offload.pack((int) (first >>> 48), last & WORD, (int) (first >>> 32), 0);
  }
}
