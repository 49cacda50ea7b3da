package org.vhostdp.driver.tap;

import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.spi.Offload;

/** The SPI's offload names as the bits of TUNSETOFFLOAD. */
final class TunOffload {
  /** Accepted by kernels that have UDP segmentation, 6.2 and later. */
  static final int PROBE_USO = Tun.TUN_F_CSUM() | Tun.TUN_F_USO4() | Tun.TUN_F_USO6();

  private static final int TCP = Offload.GSO_TCP4 | Offload.GSO_TCP6;

  private TunOffload() {}

  /** Offloads a frame towards the kernel may use. */
  static int transmit(boolean uso) {
    int always =
        Offload.CSUM_PARTIAL | Offload.CSUM_VALID | TCP | Offload.GSO_ECN | Offload.GSO_UFO;
    return uso ? always | Offload.GSO_USO : always;
  }

  /** Offloads a frame from the kernel may use. Since 4.14 the kernel hands no UFO to a TAP. */
  static int receive(boolean uso) {
    return transmit(uso) & ~Offload.GSO_UFO;
  }

  /** Bits TUN_F_* for the offloads that received frames may use. */
  static int bits(int offloads) {
    int bits = bit(offloads, Offload.CSUM_PARTIAL, Tun.TUN_F_CSUM());
    bits |= bit(offloads, Offload.GSO_TCP4, Tun.TUN_F_TSO4());
    bits |= bit(offloads, Offload.GSO_TCP6, Tun.TUN_F_TSO6());
    bits |= bit(offloads, Offload.GSO_USO, Tun.TUN_F_USO4() | Tun.TUN_F_USO6());
    // ECN alone is refused: it qualifies TCP segmentation.
    return (offloads & TCP) == 0
        ? bits
        : bits | bit(offloads, Offload.GSO_ECN, Tun.TUN_F_TSO_ECN());
  }

  private static int bit(int offloads, int offload, int bit) {
    return (offloads & offload) != 0 ? bit : 0;
  }
}
