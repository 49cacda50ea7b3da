package org.vhostdp.driver.dpdk.feature;

import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.CSUM_VALID;
import static org.vhostdp.spi.Offload.GSO_TCP4;
import static org.vhostdp.spi.Offload.GSO_TCP6;
import static org.vhostdp.spi.Offload.GSO_USO;
import static org.vhostdp.spi.Offload.HASH;
import static org.vhostdp.spi.Offload.VLAN;

/**
 * The SPI's offloads and those of DPDK's devices: RTE_ETH_RX_OFFLOAD_* and RTE_ETH_TX_OFFLOAD_* of
 * rte_ethdev.h. An offload is offered only if the device can do all of it: whoever leaves checksums
 * open leaves those of TCP and of UDP open.
 *
 * <p>Not offered: {@link org.vhostdp.spi.Offload#TIMESTAMP}, because the clock that DPDK hands on
 * counts in a unit of the device's own; {@link org.vhostdp.spi.Offload#GSO_ECN} and {@link
 * org.vhostdp.spi.Offload#GSO_UFO}, which DPDK has no word for. Large received frames and open
 * checksums come only from virtio's drivers: other devices coalesce, but do not say how.
 */
final class EthOffloads {
  static final long RX_VLAN_STRIP = 1;
  static final long RX_CHECKSUMS = 1 << 2 | 1 << 3;
  static final long RX_TCP_LRO = 1 << 4;
  static final long RX_SCATTER = 1 << 13;
  static final long RX_RSS_HASH = 1 << 19;

  static final long TX_VLAN_INSERT = 1;
  static final long TX_IPV4_CKSUM = 1 << 1;
  static final long TX_CHECKSUMS = 1 << 2 | 1 << 3;
  static final long TX_TCP_TSO = 1 << 5;
  static final long TX_UDP_TSO = 1 << 6;
  static final long TX_MULTI_SEGS = 1 << 15;

  private static final int GSO_TCP = GSO_TCP4 | GSO_TCP6;

  private EthOffloads() {}

  /**
   * The SPI's transmit offloads of a device that has these of DPDK's.
   *
   * @param software whether DPDK's own library cuts its frames: net_tap never takes one whose
   *     segments would be longer than the MTU, and those behind it wait for ever
   */
  static int offeredTx(long device, boolean software) {
    int offered = has(device, TX_VLAN_INSERT) ? VLAN : 0;
    if (has(device, TX_CHECKSUMS)) {
      offered |= CSUM_PARTIAL;
      offered |= has(device, TX_TCP_TSO) && !software ? GSO_TCP : 0;
      offered |= has(device, TX_UDP_TSO) ? GSO_USO : 0;
    }
    return offered;
  }

  /** DPDK's transmit offloads that these of the SPI take, as far as the device has them. */
  static long usedTx(int spi, long device) {
    long used = TX_MULTI_SEGS;
    used |= (spi & VLAN) != 0 ? TX_VLAN_INSERT : 0;
    used |= (spi & CSUM_PARTIAL) != 0 ? TX_CHECKSUMS : 0;
    used |= (spi & GSO_TCP) != 0 ? TX_TCP_TSO | TX_IPV4_CKSUM : 0;
    used |= (spi & GSO_USO) != 0 ? TX_UDP_TSO | TX_IPV4_CKSUM : 0;
    return used & device;
  }

  /** The SPI's receive offloads. */
  static int offeredRx(long device, boolean virtio) {
    int offered = has(device, RX_VLAN_STRIP) ? VLAN : 0;
    offered |= has(device, RX_RSS_HASH) ? HASH : 0;
    if (has(device, RX_CHECKSUMS)) {
      offered |= CSUM_VALID;
      offered |= virtio ? CSUM_PARTIAL : 0;
      offered |= virtio && has(device, RX_TCP_LRO) ? GSO_TCP : 0;
    }
    return offered;
  }

  /** DPDK's receive offloads that these of the SPI take, as far as the device has them. */
  static long usedRx(int spi, long device, boolean virtio) {
    long used = RX_SCATTER;
    used |= (spi & VLAN) != 0 ? RX_VLAN_STRIP : 0;
    used |= (spi & HASH) != 0 ? RX_RSS_HASH : 0;
    used |= (spi & GSO_TCP) != 0 ? RX_TCP_LRO : 0;
    // Who asks virtio's drivers for checked checksums gets open ones as well.
    int checksum = virtio ? CSUM_PARTIAL : CSUM_VALID;
    used |= (spi & checksum) != 0 ? RX_CHECKSUMS : 0;
    return used & device;
  }

  static boolean has(long device, long all) {
    return (device & all) == all;
  }
}
