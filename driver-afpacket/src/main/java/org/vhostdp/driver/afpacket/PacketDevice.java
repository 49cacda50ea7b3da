package org.vhostdp.driver.afpacket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.linux.BpfObject;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** The interface that a port works on, and what the kernel can do there. Control threads only. */
final class PacketDevice implements AutoCloseable {
  /** SIOCGIFHWADDR of linux/sockios.h; struct ifreq has 40 bytes, a name of 16 first. */
  private static final long SIOCGIFHWADDR = 0x8927;

  private static final long IFREQ = 40;
  private static final long IFREQ_DATA = 16;

  private final PacketOptions options;
  private final NetNamespace namespace;
  private final Netlink netlink;
  private final LinkMonitor monitor;
  private final long namespaceId;
  private final int index;
  private final int mtu;
  private String name;
  private boolean vnet;
  private Fd program;

  private PacketDevice(
      PacketOptions options, NetNamespace namespace, Netlink netlink, LinkMonitor monitor)
      throws DriverException {
    this.options = options;
    this.namespace = namespace;
    this.netlink = netlink;
    this.monitor = monitor;
    namespaceId = namespace.id();
    name = options.ifname();
    Netlink.Link link = named();
    index = link.index();
    mtu = link.mtu();
  }

  /** Finds the interface and tries what the port will need. */
  static PacketDevice open(PacketOptions options, Host host) throws DriverException {
    NetNamespace namespace = new NetNamespace(options.netns(), PacketErrors.FAILURES);
    namespace.id();
    // The monitor before anything is looked at: no event between it and the first look is lost.
    LinkMonitor monitor = namespace.in(LinkMonitor::open);
    Netlink netlink = null;
    PacketDevice device = null;
    boolean done = false;
    try {
      netlink = namespace.in(Netlink::open);
      device = new PacketDevice(options, namespace, netlink, monitor);
      device.prepare(host);
      done = true;
      return device;
    } finally {
      if (!done) {
        if (device != null && device.program != null) {
          device.program.close();
        }
        if (netlink != null) {
          netlink.close();
        }
        monitor.close();
      }
    }
  }

  private void prepare(Host host) throws DriverException {
    try (RingSocket trial = namespace.in(() -> RingSocket.open(name))) {
      requireEthernet(trial);
      if (options.filter() != null) {
        trial.filter(options.filter());
      }
      vnet = takesHeaders(trial, host);
    }
    if (options.fanout().program() != null) {
      try {
        program = BpfObject.open(options.fanout().program());
      } catch (LinuxException e) {
        throw PacketErrors.of(
            e.call(),
            e.object(),
            e.errno(),
            "Pin a program of type socket filter there (bpftool prog load FILE PATH type socket);"
                + " opening it needs CAP_BPF.");
      }
    }
    if (!link().up()) {
      host.log(
          System.Logger.Level.WARNING,
          "The interface " + name + " is down: set it up with \"ip link set " + name + " up\".");
    }
  }

  private void requireEthernet(RingSocket trial) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
      int result = Io.ioctl(new CallState(arena), trial.raw(), SIOCGIFHWADDR, request);
      if (result < 0) {
        throw PacketErrors.of("ioctl SIOCGIFHWADDR", name, -result);
      }
      int type = request.get(ValueLayout.JAVA_SHORT, IFREQ_DATA) & 0xFFFF;
      if (type != Packet.ARPHRD_ETHER()) {
        throw new DriverException(
            Reason.UNSUPPORTED,
            "The interface " + name + " is not an Ethernet interface (its type is " + type + ").",
            "Name one that has a MAC address in \"ip link\"; lo and tunnels do not do.");
      }
    }
  }

  private boolean takesHeaders(RingSocket trial, Host host) throws DriverException {
    if (options.vnet().equals("off")) {
      return false;
    }
    int result = trial.trySet(Packet.PACKET_VNET_HDR(), 1);
    if (result < 0 && options.vnet().equals("on")) {
      throw PacketErrors.of(
          "setsockopt PACKET_VNET_HDR",
          name,
          -result,
          "This kernel cannot combine virtio headers with rings: use vnet-hdr = \"auto\".");
    }
    if (result < 0) {
      host.log(
          System.Logger.Level.INFO,
          "The port works without offloads: PACKET_VNET_HDR is refused with "
              + Errno.name(-result)
              + ".");
    }
    return result >= 0;
  }

  /** Does work in the interface's namespace. */
  <T> T in(Callable<T> work) throws DriverException {
    return namespace.in(work);
  }

  PacketOptions options() {
    return options;
  }

  LinkMonitor monitor() {
    return monitor;
  }

  long namespaceId() {
    return namespaceId;
  }

  int index() {
    return index;
  }

  /** The name that the interface had when somebody last looked. */
  String name() {
    return name;
  }

  /** The MTU when the port was opened, bytes of layer 3. */
  int mtuAtOpen() {
    return mtu;
  }

  /** Whether frames come and go with a virtio header. */
  boolean vnet() {
    return vnet;
  }

  /** The descriptor of the program that spreads frames, or -1. */
  int program() {
    return program == null ? -1 : program.raw();
  }

  /** Whether the kernel has UDP segmentation in virtio headers, 6.2 and later. */
  static boolean hasUso() {
    try {
      String[] words =
          Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip().split("[^0-9]+", 3);
      int major = Integer.parseInt(words[0]);
      return major > 6 || major == 6 && Integer.parseInt(words[1]) >= 2;
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Without the file, or a number in it, the offload is not offered.
      return false;
    }
  }

  private Netlink.Link named() throws DriverException {
    try {
      return netlink.link(name);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV) {
        String where = options.netns() == null ? "" : " in " + options.netns();
        throw PacketErrors.of(
            "netlink RTM_GETLINK",
            name + where,
            e.errno(),
            "Name an interface that \"ip link\" shows there, and its namespace in \"netns\".");
      }
      throw PacketErrors.driverException(e);
    }
  }

  /**
   * The interface as it is now, whatever it is called.
   *
   * @throws DriverException DEVICE if it was deleted
   */
  Netlink.Link link() throws DriverException {
    try {
      for (Netlink.Link link : netlink.links()) {
        if (link.index() == index) {
          name = link.name();
          return link;
        }
      }
    } catch (LinuxException e) {
      throw PacketErrors.driverException(e);
    }
    throw new DriverException(
        Reason.DEVICE,
        "The interface " + name + " was deleted, or moved to another network namespace (ENODEV).",
        "Close the port; open it again when the interface is back.");
  }

  boolean isAlive() {
    try {
      return link().index() == index;
    } catch (DriverException e) {
      return e.reason() != Reason.DEVICE;
    }
  }

  void mtu(int bytes) throws DriverException {
    try {
      netlink.mtu(link().name(), bytes);
    } catch (LinuxException e) {
      String needs =
          "Changing the MTU needs CAP_NET_ADMIN; set it beforehand with \"ip link set "
              + name
              + " mtu "
              + bytes
              + "\".";
      throw e.errno() == Errno.EPERM
          ? PacketErrors.of(e.call(), e.object(), e.errno(), needs)
          : PacketErrors.driverException(e);
    }
  }

  @Override
  public void close() {
    if (program != null) {
      program.close();
    }
    netlink.close();
    monitor.close();
  }
}
