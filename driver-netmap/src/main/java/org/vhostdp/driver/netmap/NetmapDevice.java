package org.vhostdp.driver.netmap;

import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** The port that is worked on, and the interface behind it if there is one. Control threads. */
final class NetmapDevice implements AutoCloseable {
  private static final int FEW_SLOTS = 64;

  private final NetmapOptions options;
  private final NetNamespace namespace;

  /** Null for a port without an interface, as the next. */
  private LinkMonitor monitor;

  private Netlink netlink;
  private int index;
  private int mtu;
  private String name;

  private int bufferBytes;
  private int slots;
  private int rings;

  private NetmapDevice(NetmapOptions options, NetNamespace namespace) {
    this.options = options;
    this.namespace = namespace;
    name = options.port().device();
  }

  /** Finds the port, and tries to bind it once. */
  static NetmapDevice open(NetmapOptions options, Host host) throws DriverException {
    NetNamespace namespace = new NetNamespace(options.netns(), NetmapErrors.FAILURES);
    namespace.id();
    NetmapDevice device = new NetmapDevice(options, namespace);
    boolean done = false;
    try {
      // What is missing is told before what it would be needed for.
      NetmapCalls.open().close();
      if (options.port().onInterface()) {
        device.findInterface(host);
      }
      device.tryOnce();
      device.remark(host);
      done = true;
      return device;
    } finally {
      if (!done) {
        device.close();
      }
    }
  }

  private void findInterface(Host host) throws DriverException {
    // The monitor before anything is looked at: no event between it and the first look is lost.
    monitor = namespace.in(LinkMonitor::open);
    netlink = namespace.in(Netlink::open);
    try {
      Netlink.Link link = netlink.link(name);
      index = link.index();
      mtu = link.mtu();
      if (!link.up()) {
        host.log(
            System.Logger.Level.WARNING,
            "The interface " + name + " is down: set it up with \"ip link set " + name + " up\".");
      }
    } catch (LinuxException e) {
      throw NetmapErrors.FAILURES.from(e);
    }
  }

  /** Binds the first ring and lets go of it again: whoever holds the port is told now. */
  private void tryOnce() throws DriverException {
    // Small rings: they are made for a moment only, and large ones take their time.
    int few = options.port().makesRings() ? Math.min(FEW_SLOTS, options.slots()) : options.slots();
    try (Binding binding = bind(0, 1, few)) {
      PortName port = options.port();
      rings = rings(binding);
      try (NetmapMemory memory = NetmapMemory.map(binding.descriptor(), port, binding.got())) {
        binding.find(memory, port, ring(0), port.kind() == PortName.Kind.HOST);
        bufferBytes = memory.bufferBytes();
        int made = binding.rx().count();
        slots = options.port().makesRings() && made == few ? options.slots() : made;
        binding.leaveSpares(binding.takeSpares(port));
      }
      if (options.vnet() && port.kind() == PortName.Kind.VALE) {
        header(binding.descriptor(), VnetHeader.SIZE);
      }
    }
  }

  private void remark(Host host) {
    if (!options.port().makesRings() && rings > 1 && options.port().ring() < 0) {
      host.log(
          System.Logger.Level.INFO,
          "The port "
              + options.port()
              + " has "
              + rings
              + " pairs of rings: what arrives on one without a queue pair waits there for ever.");
    }
  }

  /**
   * Binds a pair of rings, exclusively; a port that is made by this gets so many.
   *
   * @param pair 0 to count - 1
   */
  Binding bind(int pair, int count) throws DriverException {
    return bind(pair, count, options.slots());
  }

  private Binding bind(int pair, int count, int slotsWanted) throws DriverException {
    PortName port = options.port();
    long flags = Netmap.NR_NO_TX_POLL() | Netmap.NR_ACCEPT_VNET_HDR();
    if (port.monitors()) {
      flags |=
          (port.received() ? Netmap.NR_MONITOR_RX() : 0)
              | (port.sent() ? Netmap.NR_MONITOR_TX() : 0)
              | (port.copyless() ? Netmap.NR_ZCOPY_MON() : 0);
    } else {
      flags |= Netmap.NR_EXCLUSIVE();
    }
    int extra = pair == 0 ? options.extra() * count : 0;
    int made = port.makesRings() ? count : 0;
    NetmapCalls.Wanted wanted =
        new NetmapCalls.Wanted(mode(), ring(pair), flags, made, slotsWanted, extra, 0);
    return namespace.in(() -> Binding.open(port, wanted));
  }

  private int mode() {
    PortName port = options.port();
    if (port.monitors() && port.ring() < 0) {
      return Netmap.NR_REG_ALL_NIC();
    }
    return port.kind() == PortName.Kind.HOST ? Netmap.NR_REG_ONE_SW() : Netmap.NR_REG_ONE_NIC();
  }

  /** The ring that a pair works on. */
  int ring(int pair) {
    return options.port().ring() >= 0 ? options.port().ring() : pair;
  }

  /** How many queue pairs the bound port has rings for. */
  int rings(Binding binding) {
    PortName port = options.port();
    if (port.ring() >= 0 || port.monitors()) {
      return 1;
    }
    NetmapCalls.Got got = binding.got();
    return port.kind() == PortName.Kind.HOST ? got.hostRings() : got.rxRings();
  }

  /** Sets the length of the header before each frame. */
  void header(Fd fd, int bytes) throws DriverException {
    namespace.in(
        () -> {
          NetmapCalls.header(fd, options.port(), bytes);
          return null;
        });
  }

  NetmapOptions options() {
    return options;
  }

  long namespaceId() throws DriverException {
    return namespace.id();
  }

  /** What its rings and buffers allow. */
  Geometry geometry() {
    return Geometry.of(options.port(), options.vnet(), bufferBytes, slots, options.extra());
  }

  /** Most queue pairs. */
  int mostPairs() {
    // One that was made just now had one ring; more means that somebody else had made it.
    boolean fixed = !options.port().makesRings() || rings > 1;
    return fixed ? Math.min(rings, options.queues()) : options.queues();
  }

  /** Null if there is no interface behind the port. */
  LinkMonitor monitor() {
    return monitor;
  }

  int index() {
    return index;
  }

  /** Bytes of layer 3 that the interface carries when the port is opened; 0 without one. */
  int mtuAtOpen() {
    return mtu;
  }

  /** The interface as it is now; only if there is one. */
  Netlink.Link link() throws DriverException {
    try {
      for (Netlink.Link link : netlink.links()) {
        if (link.index() == index) {
          name = link.name();
          return link;
        }
      }
    } catch (LinuxException e) {
      throw NetmapErrors.FAILURES.from(e);
    }
    throw new DriverException(
        Reason.DEVICE,
        "The interface " + name + " was deleted, or moved to another network namespace (ENODEV).",
        "Close the port; open it again when the interface is back.");
  }

  void mtu(int bytes) throws DriverException {
    try {
      netlink.mtu(link().name(), bytes);
    } catch (LinuxException e) {
      throw e.errno() == Errno.EPERM
          ? NetmapErrors.FAILURES.of(
              e.call(), e.object(), e.errno(), "Changing the MTU needs CAP_NET_ADMIN.")
          : NetmapErrors.FAILURES.from(e);
    }
  }

  @Override
  public void close() {
    if (netlink != null) {
      netlink.close();
    }
    if (monitor != null) {
      monitor.close();
    }
  }
}
