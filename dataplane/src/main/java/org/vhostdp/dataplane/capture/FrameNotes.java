package org.vhostdp.dataplane.capture;

import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Steering;

/** What a frame carries beside its bytes, in words, for a comment. */
final class FrameNotes {
  private static final int[] KINDS = {
    Offload.GSO_TCP4, Offload.GSO_TCP6, Offload.GSO_UFO, Offload.GSO_USO
  };
  private static final String[] KIND_NAMES = {"tcp4", "tcp6", "ufo", "uso"};
  private static final int[] TYPES = {
    Steering.HASH_IPV4,
    Steering.HASH_TCP4,
    Steering.HASH_UDP4,
    Steering.HASH_IPV6,
    Steering.HASH_TCP6,
    Steering.HASH_UDP6
  };
  private static final String[] TYPE_NAMES = {"ipv4", "tcp4", "udp4", "ipv6", "tcp6", "udp6"};

  private static final int SAID = Offload.KNOWN & ~(Offload.MORE | Offload.TIMESTAMP);

  private FrameNotes() {}

  /** The notes of a record, null if there is nothing to say. */
  static String of(CaptureRing ring, long at) {
    int flags = ring.flags(at) & SAID;
    if (flags == 0) {
      return null;
    }
    StringBuilder out = new StringBuilder();
    long offload = ring.offload(at);
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      say(out, "csum start=").append(Offload.csumStart(offload));
      out.append(" offset=").append(Offload.csumOffset(offload));
    }
    if ((flags & Offload.CSUM_VALID) != 0) {
      say(out, "csum valid");
    }
    if ((flags & Offload.GSO_ANY) != 0) {
      say(out, "gso");
      names(out, flags, KINDS, KIND_NAMES);
      out.append(" size=").append(Offload.gsoSize(offload));
      out.append(" header=").append(Offload.headerLength(offload));
      out.append((flags & Offload.GSO_ECN) != 0 ? " ecn" : "");
    }
    if ((flags & Offload.VLAN) != 0) {
      say(out, "vlan id=").append(ring.vlan(at) & 0xFFF);
      out.append(" priority=").append(ring.vlan(at) >>> 13 & 7).append(" beside the bytes");
    }
    if ((flags & Offload.HASH) != 0) {
      say(out, "hash 0x%08x".formatted(ring.hash(at)));
      names(out, ring.hashType(at), TYPES, TYPE_NAMES);
    }
    return out.toString();
  }

  private static StringBuilder say(StringBuilder out, String words) {
    return out.append(out.isEmpty() ? "" : "; ").append(words);
  }

  private static void names(StringBuilder out, int bits, int[] each, String[] names) {
    for (int i = 0; i < each.length; i++) {
      if ((bits & each[i]) != 0) {
        out.append(' ').append(names[i]);
      }
    }
  }
}
