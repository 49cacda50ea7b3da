package org.vhostdp.driver.dpdk.feature;

import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.CSUM_VALID;
import static org.vhostdp.spi.Offload.GSO_TCP4;
import static org.vhostdp.spi.Offload.GSO_TCP6;
import static org.vhostdp.spi.Offload.HASH;
import static org.vhostdp.spi.Offload.VLAN;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Steering;

/**
 * The metadata of a received mbuf. An open checksum (RTE_MBUF_F_RX_L4_CKSUM_NONE) has that meaning
 * only with virtio's drivers, and only their ports may be asked for {@link Offload#CSUM_PARTIAL};
 * elsewhere it says that a datagram has no checksum.
 */
final class ReceivedMbuf {
  private static final int PACKET_L3 = 0xF0;
  private static final int PACKET_L4 = 0xF00;
  private static final int PACKET_TCP = 0x100;
  private static final int PACKET_UDP = 0x200;

  private ReceivedMbuf() {}

  static boolean read(MemorySegment memory, long mbuf, Burst frames, int entry, int allowed) {
    long bits = memory.get(Mbuf.LONG, mbuf + Mbuf.OL_FLAGS);
    int flags = 0;
    if ((bits & Mbuf.RX_VLAN_STRIPPED) != 0) {
      if ((allowed & VLAN) == 0) {
        return false;
      }
      flags = VLAN;
      frames.vlan[entry] = memory.get(Mbuf.SHORT, mbuf + Mbuf.VLAN_TCI) & 0xFFFF;
    }
    if ((bits & Mbuf.RX_RSS_HASH) != 0 && (allowed & HASH) != 0) {
      int type = hashType(memory.get(Mbuf.INT, mbuf + Mbuf.PACKET_TYPE));
      if (type != 0) {
        flags |= HASH;
        frames.hash[entry] = memory.get(Mbuf.INT, mbuf + Mbuf.HASH);
        frames.hashType[entry] = type;
      }
    }
    if ((bits & Mbuf.RX_LRO) != 0) {
      flags |= coalesced(memory, mbuf, frames, entry, allowed);
      frames.flags[entry] = flags;
      return (flags & CSUM_PARTIAL) != 0;
    }
    long checksum = bits & Mbuf.RX_L4_MASK;
    if (checksum == Mbuf.RX_L4_GOOD) {
      flags |= allowed & CSUM_VALID;
    } else if (checksum == Mbuf.RX_L4_NONE && (allowed & CSUM_PARTIAL) != 0) {
      flags |= open(memory, frames, entry, 0);
    }
    frames.flags[entry] = flags;
    return true;
  }

  /** CSUM_PARTIAL with a GSO kind; 0 if the frame is none that is allowed. */
  private static int coalesced(
      MemorySegment memory, long mbuf, Burst frames, int entry, int allowed) {
    int segment = Mbuf.segment(memory.get(Mbuf.LONG, mbuf + Mbuf.TX_OFFLOAD));
    if (segment == 0 || (allowed & CSUM_PARTIAL) == 0) {
      return 0;
    }
    long found = Headers.find(memory, frames.offset[entry], frames.length[entry]);
    int kind = Headers.isV6(found) ? GSO_TCP6 : GSO_TCP4;
    if (!Headers.isTcp(found) || (allowed & kind) == 0) {
      return 0;
    }
    return kind | open(memory, frames, entry, segment);
  }

  /**
   * Describes an open checksum and puts the pseudo-header's sum in its place; 0 if none is found.
   */
  private static int open(MemorySegment memory, Burst frames, int entry, int segment) {
    long at = frames.offset[entry];
    long found = Headers.find(memory, at, frames.length[entry]);
    if (found == Headers.NONE) {
      return 0;
    }
    int start = Headers.transport(found);
    int offset = Headers.isTcp(found) ? Headers.TCP_CHECKSUM : Headers.UDP_CHECKSUM;
    memory.set(Headers.NET, at + start + offset, (short) Headers.pseudo(memory, at, found));
    frames.offload[entry] = Offload.pack(start, offset, segment, start + Headers.l4(found));
    return CSUM_PARTIAL;
  }

  /** What the hash was computed over, by the packet type that the device found (RTE_PTYPE_*). */
  private static int hashType(int packetType) {
    int l3 = packetType & PACKET_L3;
    boolean v4 = l3 == 0x10 || l3 == 0x30 || l3 == 0x90;
    boolean v6 = l3 == 0x40 || l3 == 0xC0 || l3 == 0xE0;
    if (!v4 && !v6) {
      return 0;
    }
    return switch (packetType & PACKET_L4) {
      case PACKET_TCP -> v4 ? Steering.HASH_TCP4 : Steering.HASH_TCP6;
      case PACKET_UDP -> v4 ? Steering.HASH_UDP4 : Steering.HASH_UDP6;
      default -> v4 ? Steering.HASH_IPV4 : Steering.HASH_IPV6;
    };
  }
}
