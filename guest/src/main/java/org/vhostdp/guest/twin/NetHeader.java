package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * The virtio-net header (virtio 1.3, 5.1.6), mutable and reused. Offsets and sizes in bytes, from
 * the start of the frame; values as unsigned 16 bits.
 */
public final class NetHeader {
  public static final int NEEDS_CSUM = 1;
  public static final int DATA_VALID = 2;
  public static final int GSO_NONE = 0;
  public static final int GSO_TCPV4 = 1;
  public static final int GSO_UDP = 3;
  public static final int GSO_TCPV6 = 4;
  public static final int GSO_UDP_L4 = 5;
  public static final int GSO_ECN = 0x80;

  /** Header without num_buffers: neither VERSION_1 nor MRG_RXBUF. */
  public static final int LEGACY = 10;

  /** Header with num_buffers. */
  public static final int MODERN = 12;

  /** Header with num_buffers and hash: HASH_REPORT (5.1.6, struct virtio_net_hdr_v1_hash). */
  public static final int HASHED = 20;

  public int flags;
  public int gsoType;
  public int headerLength;
  public int gsoSize;
  public int csumStart;
  public int csumOffset;
  public int numBuffers;

  /** The hash of a received frame; meaningless where {@link #hashReport} is 0. */
  public int hash;

  /** Which hash it is (5.1.6.4.4): 0 none, 1 IPv4, 2 TCPv4, 3 UDPv4, 4 to 9 for IPv6. */
  public int hashReport;

  /** A header of a plain frame. */
  public NetHeader() {}

  /** All zero: a plain frame. */
  public NetHeader clear() {
    flags = 0;
    gsoType = GSO_NONE;
    headerLength = 0;
    gsoSize = 0;
    csumStart = 0;
    csumOffset = 0;
    numBuffers = 0;
    hash = 0;
    hashReport = 0;
    return this;
  }

  /** Asks the device to complete the checksum of what begins at {@code start}. */
  public NetHeader checksum(int start, int offset) {
    flags |= NEEDS_CSUM;
    csumStart = start;
    csumOffset = offset;
    return this;
  }

  /** Asks the device to segment: {@code header} bytes of headers, {@code size} of payload each. */
  public NetHeader segment(int type, int header, int size) {
    gsoType = type;
    headerLength = header;
    gsoSize = size;
    return this;
  }

  /** Writes {@code size} bytes of header, 10 or more. */
  public void write(MemorySegment memory, long offset, int size) {
    memory.set(
        Le.U64_ANY,
        offset,
        flags & 0xffL
            | (gsoType & 0xffL) << 8
            | (headerLength & 0xffffL) << 16
            | (gsoSize & 0xffffL) << 32
            | (csumStart & 0xffffL) << 48);
    memory.set(Le.U16_ANY, offset + 8, (short) csumOffset);
    if (size >= MODERN) {
      memory.set(Le.U16_ANY, offset + 10, (short) numBuffers);
    }
    if (size >= HASHED) {
      memory.set(Le.U32_ANY, offset + 12, hash);
      memory.set(Le.U16_ANY, offset + 16, (short) hashReport);
      memory.set(Le.U16_ANY, offset + 18, (short) 0);
    }
  }

  /** Reads {@code size} bytes of header. */
  public void read(MemorySegment memory, long offset, int size) {
    long word = memory.get(Le.U64_ANY, offset);
    flags = (int) word & 0xff;
    gsoType = (int) (word >>> 8) & 0xff;
    headerLength = (int) (word >>> 16) & 0xffff;
    gsoSize = (int) (word >>> 32) & 0xffff;
    csumStart = (int) (word >>> 48);
    csumOffset = memory.get(Le.U16_ANY, offset + 8) & 0xffff;
    numBuffers = size >= MODERN ? memory.get(Le.U16_ANY, offset + 10) & 0xffff : 1;
    hash = size >= HASHED ? memory.get(Le.U32_ANY, offset + 12) : 0;
    hashReport = size >= HASHED ? memory.get(Le.U16_ANY, offset + 16) & 0xffff : 0;
  }

  @Override
  public String toString() {
    return "flags %d gso %d header %d size %d csum %d+%d buffers %d hash %d:%08x"
        .formatted(
            flags,
            gsoType,
            headerLength,
            gsoSize,
            csumStart,
            csumOffset,
            numBuffers,
            hashReport,
            hash);
  }
}
