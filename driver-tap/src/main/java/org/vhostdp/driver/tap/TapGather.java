package org.vhostdp.driver.tap;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** Makes of a frame in a burst what writev(2) takes, if it is one that the kernel can take. */
final class TapGather {
  /** Bytes: the longest IP packet, an Ethernet header and two VLAN tags. */
  static final int LONGEST = 65535 + 14 + 8;

  /** Bytes: an Ethernet header. */
  private static final int SHORTEST = 14;

  private final TapFrames frames;
  private final TapForeign foreign;
  private final int offloads;
  private int total;

  TapGather(TapFrames frames, TapForeign foreign, int offloads) {
    this.frames = frames;
    this.foreign = foreign;
    this.offloads = offloads;
  }

  /** Bytes of the frame gathered last. */
  int total() {
    return total;
  }

  /**
   * Fills vectors and header with one frame.
   *
   * @return the index after the frame, or the complement of a status
   */
  int gather(Burst burst, int first, int end, TapScratch scratch) {
    long bytes = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == scratch.segments) {
        return i == end ? ~Burst.REFUSED : ~Burst.TOO_LONG;
      }
      int length = burst.length[i];
      int region = burst.region[i];
      long address =
          region == TapPort.OWN_REGION
              ? frames.address(burst.offset[i], length)
              : foreign.readable(region, burst.offset[i], length);
      if (address == 0) {
        return ~Burst.BAD_MEMORY;
      }
      scratch.vector(i - first + 1, address, length);
      bytes += length;
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    if (bytes > LONGEST || bytes < SHORTEST) {
      return bytes > LONGEST ? ~Burst.TOO_LONG : ~Burst.REFUSED;
    }
    total = (int) bytes;
    return header(burst.flags[first] & ~Offload.MORE, burst.offload[first], scratch)
        ? i
        : ~Burst.BAD_OFFLOAD;
  }

  /** Writes the header, if the offloads are ones the kernel can take. */
  private boolean header(int used, long packed, TapScratch scratch) {
    if (used == 0) {
      // Most headers are zero and stay so.
      if (!scratch.clear) {
        VnetHeader.clear(scratch.header);
        scratch.clear = true;
      }
      return true;
    }
    if (!fits(used, packed)) {
      return false;
    }
    scratch.clear = false;
    VnetHeader.write(scratch.header, used, packed);
    return true;
  }

  private boolean fits(int used, long packed) {
    if ((used & ~offloads) != 0) {
      return false;
    }
    if ((used & Offload.CSUM_PARTIAL) != 0
        && Offload.csumStart(packed) + Offload.csumOffset(packed) + 2 > total) {
      return false;
    }
    int gso = used & Offload.GSO_ANY;
    if (gso == 0) {
      return (used & Offload.GSO_ECN) == 0;
    }
    // The kernel warns in its log about segments whose checksums nobody left open.
    boolean open = (used & Offload.CSUM_PARTIAL) != 0 || gso == Offload.GSO_UFO;
    return open
        && (gso & gso - 1) == 0
        && Offload.gsoSize(packed) != 0
        && Offload.headerLength(packed) <= total;
  }
}
