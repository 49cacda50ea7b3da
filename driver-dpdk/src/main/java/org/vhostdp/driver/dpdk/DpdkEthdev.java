package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.eal.EalLog;
import org.vhostdp.driver.dpdk.eal.InterruptThread;
import org.vhostdp.driver.dpdk.eal.ProcessState;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_link;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_eth_dev_info;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A port of DPDK's (ethdev): taken, asked and given back. Control threads, one call at a time. Its
 * device is made and configured on the thread that calls, whose network namespace is the device's.
 */
final class DpdkEthdev implements AutoCloseable {
  private static final String OWNED = "owned port ";

  /** DPDK 22.11's answer where an operation is missing: -ENOTSUP. */
  private static final int NOT_SUPPORTED = -Errno.EOPNOTSUPP;

  private static final int NAME_BYTES = 64;

  /** link_duplex, link_autoneg and link_status are bits 0 to 2 of the word behind the speed. */
  private static final int LINK_UP = 1 << 2;

  /** What a peer of net_memif's has to answer, and to share its memory. */
  private static final long PEER_NANOS = 500_000_000;

  private static final long PAUSE_NANOS = 100_000;

  private final Arena arena = Arena.ofShared();
  private final String name;
  private final int port;
  private final MemorySegment info;
  private final DpdkOptions.Source source;
  private final RingWires.End wire;
  private boolean owned;

  private DpdkEthdev(DpdkOptions options, String name, int port, RingWires.End wire) {
    source = options.source();
    this.name = name;
    this.port = port;
    this.wire = wire;
    info = rte_eth_dev_info.allocate(arena);
  }

  /**
   * Takes the device that the options name; EAL runs.
   *
   * @throws DriverException if there is none, or somebody has it; nothing is left
   */
  static DpdkEthdev open(DpdkOptions options, MbufPool pool) throws DriverException {
    EalLog.drain();
    DpdkEthdev device =
        switch (options.source()) {
          case WIRE -> wire(options, pool);
          case VDEV -> probed(options, "vdev");
          case PCI -> probed(options, "pci");
          case PORT -> found(options, options.name(), options.name(), null);
        };
    try {
      device.own(options.name());
      int failed = Dpdk.rte_eth_dev_info_get((short) device.port, device.info);
      if (failed != 0) {
        throw device.failed("rte_eth_dev_info_get", failed);
      }
      return device;
    } catch (DriverException e) {
      device.close();
      throw e;
    }
  }

  private static DpdkEthdev wire(DpdkOptions options, MbufPool pool) throws DriverException {
    int size = Integer.highestOneBit(options.descriptors() * 2 - 1);
    RingWires.End end = RingWires.open(pool, options.name(), options.queues(), size);
    try {
      return found(options, end.device(), options.name(), end);
    } catch (DriverException e) {
      end.close();
      throw e;
    }
  }

  private static DpdkEthdev probed(DpdkOptions options, String bus) throws DriverException {
    String text = options.name();
    int comma = text.indexOf(',');
    String device = comma < 0 ? text : text.substring(0, comma);
    try (Arena words = Arena.ofConfined()) {
      if (isThere(words, device)) {
        // DPDK would call it a success, and give the device that is there the new arguments.
        throw taken(text);
      }
      int failed =
          Dpdk.rte_eal_hotplug_add(
              words.allocateFrom(bus),
              words.allocateFrom(device),
              words.allocateFrom(comma < 0 ? "" : text.substring(comma + 1)));
      if (failed != 0) {
        throw refused(bus, text, failed);
      }
    }
    return found(options, device, text, null);
  }

  private static DriverException refused(String bus, String text, int errno) {
    // -1 says nothing; EFAULT is what a device without any driver for its name gets.
    int number = errno == -1 || errno == -Errno.EFAULT ? Errno.ENODEV : Math.abs(errno);
    String object = bus + " = \"" + text + "\"";
    String advice =
        bus.equals("pci")
            ? "Bind the NIC to vfio-pci (dpdk-devbind.py), and see docs/drivers/dpdk.md."
            : "Check the device's name and arguments in DPDK's guide of that poll mode driver.";
    return DpdkErrors.of("rte_eal_hotplug_add", object, number, EalLog.last(), advice);
  }

  private static DpdkEthdev found(
      DpdkOptions options, String device, String text, RingWires.End wire) throws DriverException {
    try (Arena words = Arena.ofConfined()) {
      MemorySegment port = words.allocate(ValueLayout.JAVA_SHORT);
      int failed = Dpdk.rte_eth_dev_get_port_by_name(words.allocateFrom(device), port);
      if (failed != 0 && isThere(words, device)) {
        throw taken(text);
      }
      if (failed != 0) {
        throw DpdkErrors.of(
            "rte_eth_dev_get_port_by_name",
            "\"" + text + "\"",
            failed,
            EalLog.last(),
            "DPDK has no port of that name.");
      }
      return new DpdkEthdev(options, text, port.get(ValueLayout.JAVA_SHORT, 0) & 0xFFFF, wire);
    }
  }

  /**
   * Takes it for this port alone. DPDK's own mark of an owner would hide it from telemetry's list.
   */
  private void own(String text) throws DriverException {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      if (state.putIfAbsent(OWNED + port, true) != null) {
        throw taken(text);
      }
    }
    owned = true;
  }

  private void disown() {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      state.remove(OWNED + port);
    }
  }

  private static DriverException taken(String text) {
    return new DriverException(
        Reason.BUSY,
        "Another port of this process uses \"" + text + "\" (EBUSY).",
        "Give every port a device of its own.");
  }

  /**
   * Whether there is a port of a name, owned or not: DPDK finds no others by name than free ones.
   */
  private static boolean isThere(Arena words, String device) {
    MemorySegment name = words.allocate(NAME_BYTES);
    boolean there = false;
    for (int i = 0; i < Dpdk.RTE_MAX_ETHPORTS() && !there; i++) {
      there =
          Dpdk.rte_eth_dev_is_valid_port((short) i) != 0
              && Dpdk.rte_eth_dev_get_name_by_port((short) i, name) == 0
              && name.getString(0).equals(device);
    }
    return there;
  }

  int port() {
    return port;
  }

  /** Whether frames wait for it while it is stopped: in the rings of a wire. */
  boolean keepsFrames() {
    return wire != null;
  }

  /** The value of the key that names it. */
  String name() {
    return name;
  }

  /** struct rte_eth_dev_info, as it was when the device was taken. */
  MemorySegment info() {
    return info;
  }

  /** The poll mode driver's name, such as net_ring. */
  String driver() {
    MemorySegment text = rte_eth_dev_info.driver_name(info);
    return text.address() == 0 ? "" : text.reinterpret(NAME_BYTES).getString(0);
  }

  /** A failed call on this device, with what DPDK's log says. */
  DriverException failed(String call, int errno) {
    return DpdkErrors.of(call, "\"" + name + "\"", errno, EalLog.last(), "");
  }

  /**
   * Fails if a call did, unless the poll mode driver just lacks the operation.
   *
   * @param result 0 or -errno
   */
  void ifSupported(String call, int result) throws DriverException {
    if (result != 0 && result != NOT_SUPPORTED) {
      throw failed(call, result);
    }
  }

  /**
   * Stops it, if it is started. What net_memif does with a peer that comes or goes, on EAL's
   * interrupt thread, and what it does here, close the same descriptors and free the same memory
   * without a lock; so both are done on that thread.
   */
  void stop() {
    if (isMemif()) {
      InterruptThread.call(Dpdk.rte_eth_dev_stop$address(), port);
    } else {
      Dpdk.rte_eth_dev_stop((short) port);
    }
  }

  /**
   * Lets go of a peer that has come while it was stopped, before its queues are made anew or freed:
   * the listening side of net_memif, once started, lets peers in at any time.
   */
  void forgetPeer() {
    if (isMemif() && isConnected() && Dpdk.rte_eth_dev_start((short) port) == 0) {
      stop();
    }
  }

  /** Whether it is the connecting side of net_memif, whose peer may be away. */
  boolean isMemifClient() {
    return isMemif() && source == DpdkOptions.Source.VDEV && !name.contains("role=server");
  }

  /** Waits for the peer that has just been connected to; returns without it after a while. */
  void awaitPeer() {
    long end = System.nanoTime() + PEER_NANOS;
    while (!isConnected() && System.nanoTime() < end) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean isConnected() {
    try (Arena words = Arena.ofConfined()) {
      MemorySegment link = rte_eth_link.allocate(words);
      return Features.rte_eth_link_get_nowait((short) port, link) == 0
          && (link.get(ValueLayout.JAVA_INT, Integer.BYTES) & LINK_UP) != 0;
    }
  }

  private boolean isMemif() {
    return driver().equals("net_memif");
  }

  @Override
  public void close() {
    if (owned) {
      disown();
    }
    if (source != DpdkOptions.Source.PORT) {
      MemorySegment device = rte_eth_dev_info.device(info);
      if (isMemif()) {
        forgetPeer();
        InterruptThread.call(Dpdk.rte_eth_dev_close$address(), port);
      } else {
        Dpdk.rte_eth_dev_close((short) port);
      }
      if (device.address() != 0) {
        Dpdk.rte_dev_remove(device);
      }
    }
    if (wire != null) {
      wire.close();
    }
    arena.close();
  }
}
