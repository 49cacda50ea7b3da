package org.vhostdp.driver.dpdk.feature;

import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.GSO_ANY;
import static org.vhostdp.spi.Offload.GSO_TCP4;
import static org.vhostdp.spi.Offload.GSO_TCP6;
import static org.vhostdp.spi.Offload.GSO_USO;
import static org.vhostdp.spi.Offload.MORE;
import static org.vhostdp.spi.Offload.VLAN;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Between the SPI's offload metadata and that of {@code struct rte_mbuf}. On the hot path: no
 * downcall, no allocation, no exception whatever a frame holds.
 *
 * <p>The SPI says where a checksum begins and where it goes; DPDK wants to know the headers, and
 * computes only TCP and UDP. Frames are therefore parsed, and what DPDK cannot do (a tunnel's inner
 * checksum, another protocol) is computed here.
 */
public final class MbufOffloads {
  /** Bits of {@code ol_flags} that {@link #read} looks at: without one of them a frame is plain. */
  public static final long RX_MASK =
      Mbuf.RX_RSS_HASH | Mbuf.RX_VLAN_STRIPPED | Mbuf.RX_L4_GOOD | Mbuf.RX_LRO;

  /** Beside the SPI's bits of what is allowed: the device computes IPv4 header checksums. */
  static final int IP_CHECKSUM = 1 << 30;

  private MbufOffloads() {}

  /**
   * Writes ol_flags, tx_offload and vlan_tci of a frame's first mbuf from the frame's metadata. An
   * entry without offload flags needs no call, only zeroes in these fields. The fields that
   * checksums go to are remembered in the mbuf's hash, which has no meaning on transmit.
   *
   * @param memory holds the mbuf and all of the frame's bytes
   * @param mbuf where the mbuf begins
   * @param frames the frame; its status is written if it is refused
   * @param entry the frame's first entry
   * @param allowed {@link PortFeatures#txAllowed()}
   * @return false if the metadata does not fit the frame or is not allowed: its status says {@link
   *     Burst#BAD_OFFLOAD}, and its bytes are as they were
   */
  public static boolean prepare(
      MemorySegment memory, long mbuf, Burst frames, int entry, int allowed) {
    int flags = frames.flags[entry] & ~MORE;
    boolean done =
        (flags & ~(allowed & Offload.KNOWN)) == 0
            && OpenChecksum.liesIn(memory, frames, entry)
            && ((flags & CSUM_PARTIAL) == 0
                ? withoutChecksum(memory, mbuf, flags, frames.vlan[entry])
                : withChecksum(memory, mbuf, frames, entry, allowed));
    memory.set(Mbuf.INT, mbuf + Mbuf.PREPARED, done ? 1 : 0);
    if (!done) {
      frames.status[entry] = Burst.BAD_OFFLOAD;
    }
    return done;
  }

  private static boolean withoutChecksum(MemorySegment memory, long mbuf, int flags, int vlan) {
    if ((flags & ~VLAN) != 0) {
      return false;
    }
    write(memory, mbuf, flags, vlan, 0, 0);
    return true;
  }

  private static boolean withChecksum(
      MemorySegment memory, long mbuf, Burst frames, int entry, int allowed) {
    int flags = frames.flags[entry];
    long numbers = frames.offload[entry];
    int start = Offload.csumStart(numbers);
    int field = start + Offload.csumOffset(numbers);
    long total = OpenChecksum.total(frames, entry);
    if (start < 14 || field + 2 > total) {
      return false;
    }
    long found = Headers.find(memory, frames.offset[entry], frames.length[entry]);
    boolean known = found != Headers.NONE && isOf(found, start, field) && Mbuf.fits(found);
    if ((flags & GSO_ANY) != 0) {
      return known && segmented(memory, mbuf, frames, entry, allowed, found, total);
    }
    if (known) {
      remember(memory, mbuf, frames, entry, field, found);
      write(memory, mbuf, flags, frames.vlan[entry], bits(found), Mbuf.txOffload(found, 0));
      return true;
    }
    long at = OpenChecksum.locate(frames, entry, field);
    if (at < 0) {
      return false;
    }
    remember(memory, mbuf, frames, entry, field, Headers.NONE);
    OpenChecksum.complete(memory, frames, entry, start, at);
    write(memory, mbuf, flags, frames.vlan[entry], 0, 0);
    return true;
  }

  /** Whether the checksum is the one of the header that was found. */
  private static boolean isOf(long found, int start, int field) {
    int offset = Headers.isTcp(found) ? Headers.TCP_CHECKSUM : Headers.UDP_CHECKSUM;
    return start == Headers.transport(found) && field == start + offset;
  }

  private static boolean segmented(
      MemorySegment memory,
      long mbuf,
      Burst frames,
      int entry,
      int allowed,
      long found,
      long total) {
    int flags = frames.flags[entry];
    int segment = Offload.gsoSize(frames.offload[entry]);
    if (segment == 0 || (flags & GSO_ANY) != kind(found)) {
      return false;
    }
    long bits = bits(found);
    // What fits one segment is an ordinary frame; not every device takes it as a large one.
    boolean large = total - Headers.transport(found) - Headers.l4(found) > segment;
    if (large) {
      bits |= Headers.isTcp(found) ? Mbuf.TX_TCP_SEG : Mbuf.TX_UDP_SEG;
      bits |= (allowed & IP_CHECKSUM) != 0 && !Headers.isV6(found) ? Mbuf.TX_IP_CKSUM : 0;
    }
    int offset = Headers.isTcp(found) ? Headers.TCP_CHECKSUM : Headers.UDP_CHECKSUM;
    remember(memory, mbuf, frames, entry, Headers.transport(found) + offset, found);
    long lengths = Mbuf.txOffload(found, large ? segment : 0);
    write(memory, mbuf, flags, frames.vlan[entry], bits, lengths);
    return true;
  }

  /** The GSO kind that fits the headers; flags with several kinds fit none. */
  private static int kind(long found) {
    if (!Headers.isTcp(found)) {
      return GSO_USO;
    }
    return Headers.isV6(found) ? GSO_TCP6 : GSO_TCP4;
  }

  private static long bits(long found) {
    return (Headers.isTcp(found) ? Mbuf.TX_TCP_CKSUM : Mbuf.TX_UDP_CKSUM)
        | (Headers.isV6(found) ? Mbuf.TX_IPV6 : Mbuf.TX_IPV4);
  }

  private static void write(
      MemorySegment memory, long mbuf, int flags, int vlan, long bits, long lengths) {
    boolean tagged = (flags & VLAN) != 0;
    memory.set(Mbuf.LONG, mbuf + Mbuf.OL_FLAGS, tagged ? bits | Mbuf.TX_VLAN : bits);
    memory.set(Mbuf.LONG, mbuf + Mbuf.TX_OFFLOAD, lengths);
    memory.set(Mbuf.SHORT, mbuf + Mbuf.VLAN_TCI, (short) (tagged ? vlan : 0));
  }

  /** Keeps the transport's checksum field and, of IPv4, the header's, for {@link #undo}. */
  private static void remember(
      MemorySegment memory, long mbuf, Burst frames, int entry, int field, long found) {
    long at = OpenChecksum.locate(frames, entry, field);
    int kept = at < 0 ? 0 : memory.get(Mbuf.SHORT, at) & 0xFFFF;
    if (found != Headers.NONE && !Headers.isV6(found)) {
      long ip = frames.offset[entry] + Headers.l2(found) + Headers.IPV4_CHECKSUM;
      kept |= memory.get(Mbuf.SHORT, ip) << 16;
    }
    memory.set(Mbuf.INT, mbuf + Mbuf.HASH, kept);
  }

  /**
   * Puts back what {@link #prepare}, or the device's own preparation, wrote into a frame's bytes:
   * for a frame that the device then had no room for. Does nothing to a frame that prepare refused.
   *
   * @param memory as it was given to prepare
   * @param mbuf as it was given to prepare
   * @param frames unchanged since then
   * @param entry the frame's first entry
   */
  public static void undo(MemorySegment memory, long mbuf, Burst frames, int entry) {
    boolean prepared = memory.get(Mbuf.INT, mbuf + Mbuf.PREPARED) == 1;
    if (!prepared || (frames.flags[entry] & CSUM_PARTIAL) == 0) {
      return;
    }
    memory.set(Mbuf.INT, mbuf + Mbuf.PREPARED, 0);
    long numbers = frames.offload[entry];
    int kept = memory.get(Mbuf.INT, mbuf + Mbuf.HASH);
    int field = Offload.csumStart(numbers) + Offload.csumOffset(numbers);
    long at = OpenChecksum.locate(frames, entry, field);
    if (at >= 0) {
      memory.set(Mbuf.SHORT, at, (short) kept);
    }
    if ((memory.get(Mbuf.LONG, mbuf + Mbuf.OL_FLAGS) & Mbuf.TX_IPV4) != 0) {
      int l2 = Mbuf.l2(memory.get(Mbuf.LONG, mbuf + Mbuf.TX_OFFLOAD));
      long ip = frames.offset[entry] + l2 + Headers.IPV4_CHECKSUM;
      memory.set(Mbuf.SHORT, ip, (short) (kept >>> 16));
    }
  }

  /**
   * Writes the metadata of a received frame. Its region, offset and length are already in the
   * entry; its flags are overwritten, {@link Offload#MORE} is not among them.
   *
   * @param memory holds the mbuf and the bytes of the entry
   * @param mbuf where the frame's first mbuf begins
   * @param frames where to write
   * @param entry the frame's first entry
   * @param allowed the receive offloads of the settings
   * @return false if the frame uses an offload that is not allowed and cannot be undone: it is to
   *     be dropped
   */
  public static boolean read(
      MemorySegment memory, long mbuf, Burst frames, int entry, int allowed) {
    return ReceivedMbuf.read(memory, mbuf, frames, entry, allowed);
  }
}
