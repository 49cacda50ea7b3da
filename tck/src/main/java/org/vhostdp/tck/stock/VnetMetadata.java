package org.vhostdp.tck.stock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.WireFrame;

/**
 * A frame's metadata as {@code struct virtio_net_hdr} of linux/virtio_net.h: flags, gso_type
 * (bytes); hdr_len, gso_size, csum_start, csum_offset (16 bits each, of the machine's order). A
 * VLAN tag has no place there: it goes into the bytes, where the wire has it.
 */
final class VnetMetadata {
  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_TCPV4 = 1;
  private static final int GSO_UDP = 3;
  private static final int GSO_TCPV6 = 4;
  private static final int GSO_UDP_L4 = 5;
  private static final int GSO_ECN = 0x80;

  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final int TPID = 0x8100;

  private static final int SENDABLE =
      Offload.CSUM_PARTIAL | Offload.CSUM_VALID | Offload.GSO_ANY | Offload.GSO_ECN | Offload.VLAN;

  private VnetMetadata() {}

  /** The bytes to send. */
  static byte[] bytes(WireFrame frame) {
    boolean tagged = (frame.flags() & Offload.VLAN) != 0;
    return tagged ? tagged(frame.bytes(), TPID, frame.vlan()) : frame.bytes();
  }

  /** The header to send before them. */
  static byte[] header(WireFrame frame) {
    int flags = frame.flags();
    if ((flags & ~SENDABLE) != 0) {
      throw new IllegalArgumentException(
          "A packet socket cannot send a frame with flags 0x%x.".formatted(flags & ~SENDABLE));
    }
    ByteBuffer header = buffer(new byte[PacketSocket.HEADER]);
    long packed = frame.offload();
    int shift = (flags & Offload.VLAN) != 0 ? TAG : 0;
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      header.put(0, (byte) NEEDS_CSUM);
      header.putShort(6, (short) (Offload.csumStart(packed) + shift));
      header.putShort(8, (short) Offload.csumOffset(packed));
    } else if ((flags & Offload.CSUM_VALID) != 0) {
      header.put(0, (byte) DATA_VALID);
    }
    if ((flags & Offload.GSO_ANY) != 0) {
      int length = Offload.headerLength(packed);
      header.put(1, (byte) gsoType(flags));
      header.putShort(2, (short) (length == 0 ? 0 : length + shift));
      header.putShort(4, (short) Offload.gsoSize(packed));
    }
    return header.array();
  }

  private static int gsoType(int flags) {
    int ecn = (flags & Offload.GSO_ECN) != 0 ? GSO_ECN : 0;
    return ecn
        | switch (flags & Offload.GSO_ANY) {
          case Offload.GSO_TCP4 -> GSO_TCPV4;
          case Offload.GSO_TCP6 -> GSO_TCPV6;
          case Offload.GSO_UFO -> GSO_UDP;
          case Offload.GSO_USO -> GSO_UDP_L4;
          default ->
              throw new IllegalArgumentException("A frame has one kind of segmentation at most.");
        };
  }

  /**
   * A received frame. The kernel fills in hdr_len with what happens to lie in its first buffer, so
   * the header length is unknown.
   */
  static WireFrame frame(PacketSocket.Received received) {
    ByteBuffer header = buffer(received.header());
    int shift = received.tagged() ? TAG : 0;
    int flags = flags(header.get(0), header.get(1) & 0xFF);
    boolean partial = (flags & Offload.CSUM_PARTIAL) != 0;
    int start = partial ? header.getShort(6) + shift : 0;
    int offset = partial ? header.getShort(8) : 0;
    byte[] bytes = received.frame();
    return new WireFrame(
        received.tagged() ? tagged(bytes, received.tpid(), received.tci()) : bytes,
        flags,
        Offload.pack(start, offset, header.getShort(4), 0),
        0);
  }

  private static int flags(int bits, int gso) {
    int flags = 0;
    if ((bits & NEEDS_CSUM) != 0) {
      flags = Offload.CSUM_PARTIAL;
    } else if ((bits & DATA_VALID) != 0) {
      flags = Offload.CSUM_VALID;
    }
    flags |= (gso & GSO_ECN) != 0 ? Offload.GSO_ECN : 0;
    return flags
        | switch (gso & ~GSO_ECN) {
          case 0 -> 0;
          case GSO_TCPV4 -> Offload.GSO_TCP4;
          case GSO_TCPV6 -> Offload.GSO_TCP6;
          case GSO_UDP -> Offload.GSO_UFO;
          case GSO_UDP_L4 -> Offload.GSO_USO;
          default ->
              throw new IllegalStateException("The kernel names an unknown segmentation: " + gso);
        };
  }

  private static byte[] tagged(byte[] frame, int tpid, int tci) {
    byte[] all = new byte[frame.length + TAG];
    System.arraycopy(frame, 0, all, 0, ADDRESSES);
    byte[] rest = Arrays.copyOfRange(frame, ADDRESSES, frame.length);
    ByteBuffer.wrap(all).position(ADDRESSES).putShort((short) tpid).putShort((short) tci).put(rest);
    return all;
  }

  private static ByteBuffer buffer(byte[] header) {
    return ByteBuffer.wrap(header).order(ByteOrder.nativeOrder());
  }
}
