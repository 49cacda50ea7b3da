package org.vhostdp.netdevice;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** What a transmitted frame must be like. */
public final class Outgoing {
  /** Not a status of {@link Burst}: the frame can be sent. */
  public static final int GOOD = -1;

  /** Bytes: the longest IP packet, an Ethernet header and two VLAN tags. */
  public static final int LONGEST = 65535 + 14 + 8;

  /** Bytes of an Ethernet header, and with a VLAN tag. */
  public static final int HEADER = 14;

  public static final int TAGGED = HEADER + 4;

  private final int offloads;

  /**
   * @param offloads that frames may use
   */
  public Outgoing(int offloads) {
    this.offloads = offloads;
  }

  /**
   * Checks a frame's length and offloads.
   *
   * @param flags of its first entry
   * @return GOOD or a status
   */
  public int check(int flags, long packed, int length, int mtu) {
    if (length < HEADER) {
      return Burst.REFUSED;
    }
    int used = flags & ~Offload.MORE;
    if (used != 0 && !fits(used, packed, length)) {
      return Burst.BAD_OFFLOAD;
    }
    int most = (used & Offload.GSO_ANY) != 0 ? LONGEST : mtu + TAGGED;
    return length > most ? Burst.TOO_LONG : GOOD;
  }

  private boolean fits(int used, long packed, int length) {
    if ((used & ~offloads) != 0) {
      return false;
    }
    if ((used & Offload.CSUM_PARTIAL) != 0
        && Offload.csumStart(packed) + Offload.csumOffset(packed) + 2 > length) {
      return false;
    }
    int gso = used & Offload.GSO_ANY;
    if (gso == 0) {
      return (used & Offload.GSO_ECN) == 0;
    }
    return (used & Offload.CSUM_PARTIAL) != 0
        && (gso & gso - 1) == 0
        && Offload.gsoSize(packed) != 0
        && Offload.headerLength(packed) <= length;
  }
}
