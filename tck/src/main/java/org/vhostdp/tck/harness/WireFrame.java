package org.vhostdp.tck.harness;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * A frame as the far end of a wire sees it.
 *
 * @param bytes from the destination address on, without frame check sequence
 * @param flags bits of {@link Offload}, 0 for a plain frame
 * @param offload as {@link Offload#pack} packs it
 * @param vlan tag control information, with {@link Offload#VLAN}
 */
public record WireFrame(byte[] bytes, int flags, long offload, int vlan) {
  /** A frame without metadata. */
  public static WireFrame plain(byte[] bytes) {
    return new WireFrame(bytes, 0, 0, 0);
  }

  /** A received frame's metadata as entry {@code i} of a burst gives it. */
  public static WireFrame of(byte[] bytes, Burst burst, int i) {
    int flags = burst.flags[i] & ~Offload.MORE;
    boolean packed = (flags & (Offload.CSUM_PARTIAL | Offload.GSO_ANY)) != 0;
    return new WireFrame(
        bytes,
        flags,
        packed ? burst.offload[i] : 0,
        (flags & Offload.VLAN) != 0 ? burst.vlan[i] : 0);
  }
}
