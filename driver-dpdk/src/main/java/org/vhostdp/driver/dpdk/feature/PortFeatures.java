package org.vhostdp.driver.dpdk.feature;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vhostdp.driver.dpdk.generated.rte_eth_conf;
import org.vhostdp.driver.dpdk.generated.rte_eth_dev_info;
import org.vhostdp.driver.dpdk.generated.rte_eth_rss_conf;
import org.vhostdp.driver.dpdk.generated.rte_eth_rxmode;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;

/**
 * What one ethdev can do beside moving frames, found in {@code struct rte_eth_dev_info}: offloads,
 * receive-side scaling, rate limits, counters, link. Control threads, one call at a time.
 */
public final class PortFeatures {
  /** RTE_ETH_MQ_RX_RSS of rte_ethdev.h: the receive queue by the flow's hash. */
  private static final int BY_HASH = 1;

  /** Bytes of the largest IP packet with an Ethernet header and two tags. */
  private static final int LARGEST = 65_535 + 22;

  private static final int MOST_NAME = 64;

  private final int port;
  private final String pmd;
  private final long txDevice;
  private final long rxDevice;
  private final long rssDevice;
  private final int table;
  private final int keyBytes;
  private final DeviceCounters counters;
  private final LinkEvents events;
  private RssSteering steering;
  private boolean closed;

  private PortFeatures(int port, MemorySegment info) throws DriverException {
    this.port = port;
    pmd = rte_eth_dev_info.driver_name(info).reinterpret(MOST_NAME).getString(0);
    txDevice = rte_eth_dev_info.tx_offload_capa(info);
    rxDevice = rte_eth_dev_info.rx_offload_capa(info);
    rssDevice = rte_eth_dev_info.flow_type_rss_offloads(info);
    table = rte_eth_dev_info.reta_size(info) & 0xFFFF;
    keyBytes = rte_eth_dev_info.hash_key_size(info) & 0xFF;
    counters = new DeviceCounters(port, losesWithoutMbufs());
    events = LinkEvents.of(port, rte_eth_dev_info.if_index(info), hasLink());
  }

  /**
   * Looks at a device that is probed and not yet configured.
   *
   * @param port the ethdev's number
   * @param info its {@code struct rte_eth_dev_info}, read here only
   * @return what the caller closes
   * @throws DriverException if its link cannot be watched
   */
  public static PortFeatures of(int port, MemorySegment info) throws DriverException {
    return new PortFeatures(port, info);
  }

  /** The poll mode driver's name, such as net_tap. */
  public String pmd() {
    return pmd;
  }

  private boolean isVirtio() {
    return pmd.startsWith("net_virtio") || pmd.startsWith("virtio") || pmd.equals("net_vhost");
  }

  /** These take a packet out of the device before they know where to put it. */
  private boolean losesWithoutMbufs() {
    return pmd.equals("net_tap") || pmd.equals("net_pcap");
  }

  /** Whether the device has a link that may go down. */
  private boolean hasLink() {
    return !pmd.equals("net_ring") && !pmd.equals("net_null") && !pmd.equals("net_pcap");
  }

  /** Offloads that sent frames may use: bits of {@link org.vhostdp.spi.Offload}. */
  public int txOffloads() {
    return EthOffloads.offeredTx(txDevice, pmd.equals("net_tap"));
  }

  /** What {@link MbufOffloads#prepare} wants to know: {@link #txOffloads()} and bits beside. */
  public int txAllowed() {
    boolean header = EthOffloads.has(txDevice, EthOffloads.TX_IPV4_CKSUM);
    return header ? txOffloads() | MbufOffloads.IP_CHECKSUM : txOffloads();
  }

  /** Offloads that received frames may use: bits of {@link org.vhostdp.spi.Offload}. */
  public int rxOffloads() {
    return EthOffloads.offeredRx(rxDevice, isVirtio());
  }

  /**
   * Most bytes of a frame to send.
   *
   * @param mtuFrame bytes of a frame that the MTU allows, Ethernet header and tags included
   * @return that, or those of the largest IP packet if the device cuts frames
   */
  public int longestFrame(int mtuFrame) {
    return (txOffloads() & Offload.GSO_ANY) == 0 ? mtuFrame : Math.max(mtuFrame, LARGEST);
  }

  /** RTE_ETH_TX_OFFLOAD_* that these of the SPI take; segments of several mbufs are among them. */
  public long txConfig(int spi) {
    return EthOffloads.usedTx(spi, txDevice);
  }

  /** RTE_ETH_RX_OFFLOAD_* that these of the SPI take; frames of several mbufs are among them. */
  public long rxConfig(int spi) {
    return EthOffloads.usedRx(spi, rxDevice, isVirtio());
  }

  /**
   * Asks for receive-side scaling with the device's own key, if there are several queues and the
   * device can.
   *
   * @param conf a zeroed {@code struct rte_eth_conf}, written here
   * @param queues receive queues that will be set up
   */
  public void rss(MemorySegment conf, int queues) {
    long types = RssTypes.used(-1, rssDevice);
    if (queues > 1 && types != 0) {
      rte_eth_rxmode.mq_mode(rte_eth_conf.rxmode(conf), BY_HASH);
      MemorySegment rss = rte_eth_conf.rx_adv_conf.rss_conf(rte_eth_conf.rx_adv_conf(conf));
      rte_eth_rss_conf.rss_hf(rss, types);
    }
  }

  /**
   * The facet for receive-side scaling, if the device has a table of queues and steers by it.
   *
   * @param queues most receive queues
   */
  public Optional<Steering> steering(int queues) {
    // net_null keeps a table and a key, but each of its queues makes frames of its own.
    boolean scales = table > 0 && Integer.bitCount(table) == 1 && RssTypes.offered(rssDevice) != 0;
    if (scales && queues > 1 && steering == null && !pmd.equals("net_null")) {
      steering = new RssSteering(new RssTable(port, pmd, rssDevice, table, keyBytes), queues);
    }
    return Optional.ofNullable(steering);
  }

  /**
   * The facet for rate limits, if the device limits its transmit queues.
   *
   * @param queues most transmit queues
   */
  public Optional<Shaping> shaping(int queues) {
    return QueueRates.of(port, pmd, queues);
  }

  /** Adds the device's counters since {@link #of}, and those that it has names of its own for. */
  public void statistics(Statistics out) {
    counters.add(out);
  }

  /** The device's link. */
  public PortEvents events() {
    return events;
  }

  /** The device was started with so many queues. */
  public void started() throws DriverException {
    if (steering != null) {
      steering.started();
    }
  }

  /** The device is about to be stopped: its counters may begin anew. */
  public void stopped() {
    if (steering != null) {
      steering.stopped();
    }
    counters.keep();
  }

  /** Gives back what watches the link; again does nothing. */
  public void close() {
    if (!closed) {
      closed = true;
      events.close();
    }
  }
}
