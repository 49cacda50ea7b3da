package org.vhostdp.driver.dpdk;

import java.util.Set;
import org.vhostdp.driver.dpdk.feature.PortFeatures;
import org.vhostdp.driver.dpdk.generated.rte_eth_dev_info;
import org.vhostdp.spi.Capabilities;

/** What an ethdev says of itself, as the SPI's abilities. */
final class DpdkAbilities {
  /** RTE_ETH_RX_OFFLOAD_SCATTER: received packets may be chains. */
  private static final long RX_SCATTER = 1L << 13;

  /** RTE_ETH_TX_OFFLOAD_MULTI_SEGS. */
  private static final long TX_SEGMENTS = 1L << 15;

  /** Poll mode drivers that make chains of long packets without saying so. */
  private static final Set<String> CHAINING =
      Set.of("net_memif", "net_pcap", "net_ring", "net_null");

  private static final int LEAST_MTU = 68;

  /** Bytes: jumbo frames of every NIC; what the pairs of a process agree on. */
  private static final int MOST_MTU = 9216;

  /** Bytes of layer 2 around the MTU: header, two tags, frame check sequence. */
  private static final int AROUND = 14 + 8 + 4;

  private static final int MOST_SEGMENTS = 64;

  /** max_mtu of a device that names none: UINT16_MAX. */
  private static final int UNNAMED_MTU = 0xFFFF;

  /** Bytes that rte_ethdev.c then counts around the MTU: header and frame check sequence. */
  private static final int OVERHEAD = 14 + 4;

  private static final int USUAL_MTU = 1500;

  private final DpdkEthdev device;
  private final DpdkOptions options;
  private final PortFeatures features;

  DpdkAbilities(DpdkEthdev device, DpdkOptions options, PortFeatures features) {
    this.device = device;
    this.options = options;
    this.features = features;
  }

  /**
   * @param enough queue pairs that there are mbufs for
   */
  Capabilities capabilities(int enough) {
    int queues = Math.min(options.queues(), enough);
    queues = Math.min(queues, rte_eth_dev_info.max_rx_queues(device.info()) & 0xFFFF);
    queues = Math.min(queues, rte_eth_dev_info.max_tx_queues(device.info()) & 0xFFFF);
    int mtu = mtu();
    boolean chains = (rte_eth_dev_info.tx_offload_capa(device.info()) & TX_SEGMENTS) != 0;
    int longest = features.longestFrame(mtu + AROUND);
    return Capabilities.builder()
        .maxQueuePairs(Math.max(1, queues))
        .offloads(features.txOffloads(), features.rxOffloads())
        .mtu(LEAST_MTU, mtu)
        .frames(
            chains ? longest : Math.min(longest, options.room()),
            options.room(),
            chains ? MOST_SEGMENTS : 1)
        .lent(TxClaims.MOST, DpdkQueueRx.MOST_LENT)
        .build();
  }

  private int mtu() {
    int most = Math.min(MOST_MTU, deviceMtu());
    boolean chains =
        (rte_eth_dev_info.rx_offload_capa(device.info()) & RX_SCATTER) != 0
            || CHAINING.contains(device.driver());
    return Math.max(LEAST_MTU, chains ? most : Math.min(most, options.room() - AROUND));
  }

  /** What rte_eth_dev_configure() lets pass: many a device limits the frame, not the MTU. */
  private int deviceMtu() {
    int named = rte_eth_dev_info.max_mtu(device.info()) & 0xFFFF;
    long frame = Integer.toUnsignedLong(rte_eth_dev_info.max_rx_pktlen(device.info()));
    if (named != UNNAMED_MTU || frame == 0) {
      return named;
    }
    return Math.clamp(frame - OVERHEAD, USUAL_MTU, named);
  }
}
