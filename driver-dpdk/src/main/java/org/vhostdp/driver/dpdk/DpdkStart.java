package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.eal.EalLog;
import org.vhostdp.driver.dpdk.feature.PortFeatures;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_eth_conf;
import org.vhostdp.driver.dpdk.generated.rte_eth_rxmode;
import org.vhostdp.driver.dpdk.generated.rte_eth_txmode;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortSettings;

/** Configures and starts an ethdev. Control threads, one call at a time. */
final class DpdkStart {
  /** rxq of the bits of struct rte_eth_intr_conf. */
  private static final int RX_INTERRUPTS = 1 << 1;

  private final DpdkEthdev device;
  private final DpdkOptions options;
  private final PortFeatures features;
  private final MbufPool pool;

  DpdkStart(DpdkEthdev device, DpdkOptions options, PortFeatures features, MbufPool pool) {
    this.device = device;
    this.options = options;
    this.features = features;
    this.pool = pool;
  }

  /**
   * Starts the device with so many queues.
   *
   * @return false if it waits for a peer, and {@link #connect} is to be tried again
   * @throws DriverException if it refuses; it is stopped
   */
  boolean start(PortSettings settings) throws DriverException {
    device.forgetPeer();
    try (Arena arena = Arena.ofConfined()) {
      configure(arena, settings);
      queues(arena, settings.queuePairs());
      addresses(arena, settings);
    }
    if (device.isMemifClient()) {
      return connect();
    }
    int failed = Dpdk.rte_eth_dev_start((short) device.port());
    if (failed != 0) {
      throw device.failed("rte_eth_dev_start", failed);
    }
    promiscuous();
    return true;
  }

  /** Starts the connecting side of net_memif, again if need be, and awaits its peer. */
  boolean connect() throws DriverException {
    device.stop();
    if (Dpdk.rte_eth_dev_start((short) device.port()) != 0) {
      // Nobody listens yet, and its log has a line for each time.
      EalLog.drain();
      return false;
    }
    promiscuous();
    device.awaitPeer();
    return true;
  }

  private void promiscuous() throws DriverException {
    if (options.promiscuous()) {
      try {
        device.ifSupported(
            "rte_eth_promiscuous_enable", Dpdk.rte_eth_promiscuous_enable((short) device.port()));
      } catch (DriverException e) {
        device.stop();
        throw e;
      }
    }
  }

  private void configure(Arena arena, PortSettings settings) throws DriverException {
    int queues = settings.queuePairs();
    MemorySegment conf = rte_eth_conf.allocate(arena);
    conf.fill((byte) 0);
    MemorySegment rx = rte_eth_conf.rxmode(conf);
    rte_eth_rxmode.mtu(rx, settings.mtu());
    rte_eth_rxmode.offloads(rx, features.rxConfig(settings.rxOffloads()));
    rte_eth_txmode.offloads(rte_eth_conf.txmode(conf), features.txConfig(features.txOffloads()));
    features.rss(conf, queues);
    rte_eth_conf.intr_conf(conf).set(ValueLayout.JAVA_INT, 0, RX_INTERRUPTS);
    short count = (short) queues;
    short port = (short) device.port();
    int failed = Dpdk.rte_eth_dev_configure(port, count, count, conf);
    if (failed != 0) {
      throw device.failed("rte_eth_dev_configure", failed);
    }
    if (settings.mtu() != 0) {
      device.ifSupported(
          "rte_eth_dev_set_mtu", Dpdk.rte_eth_dev_set_mtu(port, (short) settings.mtu()));
    }
  }

  private void queues(Arena arena, int queues) throws DriverException {
    short port = (short) device.port();
    MemorySegment rx = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) options.descriptors());
    MemorySegment tx = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) options.descriptors());
    int failed = Dpdk.rte_eth_dev_adjust_nb_rx_tx_desc(port, rx, tx);
    if (failed != 0) {
      throw device.failed("rte_eth_dev_adjust_nb_rx_tx_desc", failed);
    }
    int socket = Dpdk.rte_eth_dev_socket_id(port);
    for (int i = 0; i < queues; i++) {
      short queue = (short) i;
      failed =
          Dpdk.rte_eth_rx_queue_setup(
              port,
              queue,
              rx.get(ValueLayout.JAVA_SHORT, 0),
              socket,
              MemorySegment.NULL,
              pool.pool());
      if (failed != 0) {
        throw device.failed("rte_eth_rx_queue_setup", failed);
      }
      failed =
          Dpdk.rte_eth_tx_queue_setup(
              port, queue, tx.get(ValueLayout.JAVA_SHORT, 0), socket, MemorySegment.NULL);
      if (failed != 0) {
        throw device.failed("rte_eth_tx_queue_setup", failed);
      }
    }
  }

  /**
   * The station behind the port. A promiscuous port receives its frames anyway; and the interface
   * that some virtual devices make is the station's neighbour and must keep an address of its own.
   */
  private void addresses(Arena arena, PortSettings settings) throws DriverException {
    if (settings.mac() != null && !options.promiscuous()) {
      MemorySegment mac = arena.allocateFrom(ValueLayout.JAVA_BYTE, settings.mac());
      device.ifSupported(
          "rte_eth_dev_default_mac_addr_set",
          Dpdk.rte_eth_dev_default_mac_addr_set((short) device.port(), mac));
    }
  }
}
