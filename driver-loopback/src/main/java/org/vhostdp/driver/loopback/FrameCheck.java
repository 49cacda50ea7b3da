package org.vhostdp.driver.loopback;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;

/**
 * Says whether a frame that a host wants to transmit can be sent. One per transmit queue; its
 * thread only, but for {@link #mtu}.
 */
final class FrameCheck {
  static final int ETHERNET_HEADER = 14;

  private final LentFrames frames;
  private final ForeignTable foreign;
  private final int offloads;
  private final int maxFrame;
  private final int maxSegments;

  /** Most bytes of a frame that is not to be segmented. */
  private volatile int longest;

  /** The same, read once per burst: a volatile read per frame would keep nothing in registers. */
  private int limit;

  private int bytes;

  /**
   * @param foreign the lent regions, or null if there may be none
   */
  FrameCheck(LentFrames frames, ForeignTable foreign, Capabilities can, int mtu) {
    this.frames = frames;
    this.foreign = foreign;
    this.offloads = can.txOffloads();
    this.maxFrame = can.maxFrame();
    this.maxSegments = can.maxSegments();
    mtu(mtu);
  }

  /** Control threads, any time. */
  void mtu(int bytes) {
    longest = bytes + LoopbackOptions.FRAME_OVERHEAD;
  }

  /** Begins a burst; returns the most bytes of a frame that is not to be segmented. */
  int begin() {
    limit = longest;
    return limit;
  }

  /**
   * Bytes of entries that are each one whole frame in the port's own region, without metadata, 14
   * bytes to longest; -1 if any is not. Whether they are lent is not asked. No more entries than an
   * area has frames, so that the sum is an int. Without branches, for the compiler to vectorise.
   */
  static int plainBytes(Burst b, int first, int last, int longest) {
    int[] region = b.region;
    int[] flags = b.flags;
    int[] length = b.length;
    int other = 0;
    int range = 0;
    int sum = 0;
    for (int i = first; i < last; i++) {
      int n = length[i];
      other |= region[i] ^ LoopbackPort.REGION | flags[i];
      // One of the two is negative if n is out of range, even where the other overflows.
      range |= n - ETHERNET_HEADER | longest - n;
      sum += n;
    }
    return other == 0 && range >= 0 ? sum : -1;
  }

  /** Whether all entries name the port's own region. */
  static boolean own(Burst b, int first, int last) {
    int[] region = b.region;
    int other = 0;
    for (int i = first; i < last; i++) {
      other |= region[i] ^ LoopbackPort.REGION;
    }
    return other == 0;
  }

  /** Bytes of the frame checked last. */
  int bytes() {
    return bytes;
  }

  /**
   * Checks the frame whose first entry is i.
   *
   * @param end index after the burst's last entry
   * @return its entries; or, inverted, why it cannot be sent
   */
  int check(Burst b, int i, int end) {
    int length = b.length[i];
    if (b.flags[i] == 0 && length >= ETHERNET_HEADER && length <= limit) {
      bytes = length;
      return inMemory(b, i) ? 1 : ~Burst.BAD_MEMORY;
    }
    return checkAll(b, i, end);
  }

  private int checkAll(Burst b, int i, int end) {
    long sum = 0;
    int at = i;
    while (true) {
      if (at - i == maxSegments) {
        return ~Burst.TOO_LONG;
      }
      if (!inMemory(b, at)) {
        return ~Burst.BAD_MEMORY;
      }
      sum += b.length[at];
      if ((b.flags[at++] & Offload.MORE) == 0) {
        break;
      }
      if (at == end) {
        // The burst ends inside a frame, which the caller promised not to do.
        return ~Burst.REFUSED;
      }
    }
    int flags = b.flags[i] & ~Offload.MORE;
    if (sum > maxFrame || (flags & Offload.GSO_ANY) == 0 && sum > limit) {
      return ~Burst.TOO_LONG;
    }
    if (sum < ETHERNET_HEADER) {
      return ~Burst.REFUSED;
    }
    bytes = (int) sum;
    return flags == 0 || offloadFits(flags, b.offload[i]) ? at - i : ~Burst.BAD_OFFLOAD;
  }

  private boolean inMemory(Burst b, int i) {
    int length = b.length[i];
    if (length <= 0) {
      return false;
    }
    int region = b.region[i];
    return region == LoopbackPort.REGION
        ? frames.find(b.offset[i], length) >= 0
        : foreign != null && foreign.holds(region, b.offset[i], length);
  }

  private boolean offloadFits(int flags, long numbers) {
    if ((flags & ~offloads) != 0) {
      return false;
    }
    int gso = flags & Offload.GSO_ANY;
    if ((flags & Offload.GSO_ECN) != 0 && (gso & (Offload.GSO_TCP4 | Offload.GSO_TCP6)) == 0) {
      return false;
    }
    if (gso != 0) {
      // One kind only, and each needs the checksum to be made again.
      boolean one = (gso & gso - 1) == 0;
      if (!one || (flags & Offload.CSUM_PARTIAL) == 0 || Offload.gsoSize(numbers) == 0) {
        return false;
      }
    }
    return (flags & Offload.CSUM_PARTIAL) == 0
        || Offload.csumStart(numbers) + Offload.csumOffset(numbers) + 2 <= bytes
            && Offload.csumStart(numbers) < bytes
            && Offload.headerLength(numbers) <= bytes;
  }
}
