package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.eal.EalLog;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_eth_dev_info;
import org.vhostdp.driver.dpdk.generated.rte_eth_dev_owner;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A port of DPDK's (ethdev): taken, asked and given back. Control threads, one call at a time. Its
 * device is made and configured on the thread that calls, whose network namespace is the device's.
 */
final class DpdkEthdev implements AutoCloseable {
  private static final String OWNER = "vhost-dp";

  /** DPDK 22.11's answer where an operation is missing: -ENOTSUP. */
  private static final int NOT_SUPPORTED = -Errno.EOPNOTSUPP;

  private static final int NAME_BYTES = 64;

  private final Arena arena = Arena.ofShared();
  private final String name;
  private final int port;
  private final MemorySegment info;
  private final MemorySegment owner;
  private final DpdkOptions.Source source;
  private final RingWires.End wire;
  private boolean owned;

  private DpdkEthdev(DpdkOptions options, String name, int port, RingWires.End wire) {
    source = options.source();
    this.name = name;
    this.port = port;
    this.wire = wire;
    info = rte_eth_dev_info.allocate(arena);
    owner = rte_eth_dev_owner.allocate(arena);
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

  /** Marks the port as ours, so that no other user of DPDK in this process takes it. */
  private void own(String text) throws DriverException {
    MemorySegment id = arena.allocate(ValueLayout.JAVA_LONG);
    int failed = Dpdk.rte_eth_dev_owner_new(id);
    if (failed != 0) {
      throw failed("rte_eth_dev_owner_new", failed);
    }
    rte_eth_dev_owner.id(owner, id.get(ValueLayout.JAVA_LONG, 0));
    rte_eth_dev_owner.name(owner).fill((byte) 0);
    rte_eth_dev_owner.name(owner).asSlice(0, NAME_BYTES).setString(0, OWNER);
    if (Dpdk.rte_eth_dev_owner_set((short) port, owner) != 0) {
      throw taken(text);
    }
    owned = true;
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

  @Override
  public void close() {
    if (owned) {
      Dpdk.rte_eth_dev_owner_unset((short) port, rte_eth_dev_owner.id(owner));
    }
    if (source != DpdkOptions.Source.PORT) {
      MemorySegment device = rte_eth_dev_info.device(info);
      Dpdk.rte_eth_dev_close((short) port);
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
