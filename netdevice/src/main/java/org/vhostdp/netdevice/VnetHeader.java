package org.vhostdp.netdevice;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Offload;

/**
 * {@code struct virtio_net_hdr} of linux/virtio_net.h, which goes before each frame of a packet
 * socket with PACKET_VNET_HDR, and of a netmap port whose header length was set
 * (NETMAP_REQ_PORT_HDR_SET): flags, gso_type (bytes); hdr_len, gso_size, csum_start, csum_offset
 * (16 bits each, in the machine's order). The first eight bytes are read and written as one word.
 */
public final class VnetHeader {
  /** Bytes: the header without num_buffers. */
  public static final int SIZE = 10;

  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_TCPV4 = 1;
  private static final int GSO_UDP = 3;
  private static final int GSO_TCPV6 = 4;
  private static final int GSO_UDP_L4 = 5;
  private static final int GSO_ECN = 0x80;

  /** Little endian is the machine's order wherever this driver runs: x86-64 and AArch64 Linux. */
  private static final ValueLayout.OfLong WORD =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort HALF =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long CSUM_OFFSET = 8;

  private VnetHeader() {}

  /**
   * Writes the header of a frame.
   *
   * @param linear bytes from the frame's start that the kernel is to copy into one piece
   * @param flags bits of Offload, at most one GSO kind
   * @param shift bytes put in before what the checksum covers
   */
  public static void write(
      MemorySegment memory, long at, int linear, int flags, long packed, int shift) {
    if (flags == 0) {
      memory.set(WORD, at, (long) linear << 16);
      memory.set(HALF, at + CSUM_OFFSET, (short) 0);
      return;
    }
    boolean partial = (flags & Offload.CSUM_PARTIAL) != 0;
    long word = (partial ? NEEDS_CSUM : 0) | (long) linear << 16;
    if ((flags & Offload.GSO_ANY) != 0) {
      word |= (long) gsoType(flags) << 8 | (long) Offload.gsoSize(packed) << 32;
    }
    int start = Offload.csumStart(packed) + shift;
    memory.set(WORD, at, partial ? word | (long) start << 48 : word);
    memory.set(HALF, at + CSUM_OFFSET, (short) (partial ? Offload.csumOffset(packed) : 0));
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

  /** The first word of a received header; {@link #isPlain} if the frame uses no offload. */
  public static long word(MemorySegment memory, long at) {
    return memory.get(WORD, at);
  }

  /** Whether the word says that the frame is plain. */
  public static boolean isPlain(long word) {
    return (word & 0xFFFF) == 0;
  }

  /** The SPI's flags of a received header; -1 if it holds a GSO kind that has no name. */
  public static int flags(long word) {
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
  public static long packed(MemorySegment memory, long at, long word) {
    int offset = memory.get(HALF, at + CSUM_OFFSET);
    return Offload.pack((int) (word >>> 48), offset, (int) (word >>> 32), 0);
  }
}
