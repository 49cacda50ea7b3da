package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.driver.afxdp.generated.ethtool_channels;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The interface a port works on, by its number: its name may change. Control threads only. */
final class AfxdpInterface implements AutoCloseable {
  /** {@code struct ifreq} of linux/if.h on a 64-bit machine; a union follows the name. */
  private static final long IFREQ = 40;

  private static final long IFREQ_DATA = 16;

  private final NetNamespace namespace;
  private final Netlink netlink;
  private final LinkMonitor monitor;
  private final int index;
  private final String kind;
  private String name;

  private AfxdpInterface(NetNamespace namespace, String name) throws DriverException {
    this.namespace = namespace;
    this.name = name;
    netlink = namespace.in(Netlink::open);
    LinkMonitor opened = null;
    try {
      opened = namespace.in(LinkMonitor::open);
      Netlink.Link link = netlink.link(name);
      index = link.index();
      kind = link.kind();
    } catch (DriverException | LinuxException e) {
      if (opened != null) {
        opened.close();
      }
      netlink.close();
      throw AfxdpErrors.driverException(e);
    }
    monitor = opened;
  }

  /**
   * Finds it.
   *
   * @throws DriverException if there is none of that name
   */
  static AfxdpInterface open(AfxdpOptions options) throws DriverException {
    return new AfxdpInterface(
        new NetNamespace(options.netns(), AfxdpErrors.FAILURES), options.ifname());
  }

  NetNamespace namespace() {
    return namespace;
  }

  int index() {
    return index;
  }

  /** Its name when it was last looked at. */
  String name() {
    return name;
  }

  /** What made it: veth, bridge, ...; empty for hardware. */
  String kind() {
    return kind;
  }

  /** Announcements of the namespace; closed with this. */
  LinkMonitor monitor() {
    return monitor;
  }

  /**
   * What it is like now.
   *
   * @throws DriverException if it is gone
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
      throw AfxdpErrors.driverException(e);
    }
    throw new DriverException(
        Reason.NOT_FOUND,
        "The interface " + name + " was deleted (ENODEV).",
        "Close the port and open it again.");
  }

  boolean isAlive() {
    try {
      return link().index() == index;
    } catch (DriverException e) {
      return false;
    }
  }

  void mtu(int bytes) throws DriverException {
    try {
      netlink.mtu(link().name(), bytes);
    } catch (LinuxException e) {
      throw AfxdpErrors.driverException(e);
    }
  }

  /** Receive queues that it uses now (ETHTOOL_GCHANNELS); 1 if it does not tell. */
  int receiveQueues() throws DriverException {
    byte[] text = link().name().getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment channels = ethtool_channels.allocate(arena);
      ethtool_channels.cmd(channels, IfXdp.ETHTOOL_GCHANNELS());
      MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
      MemorySegment.copy(text, 0, request, ValueLayout.JAVA_BYTE, 0, text.length);
      request.set(ValueLayout.ADDRESS, IFREQ_DATA, channels);
      // Any socket of the namespace serves for a request about an interface.
      int result = Io.ioctl(new CallState(arena), monitor.fd().raw(), IfXdp.SIOCETHTOOL(), request);
      if (result < 0) {
        return 1;
      }
      int both = ethtool_channels.combined_count(channels);
      return Math.max(1, both + ethtool_channels.rx_count(channels));
    }
  }

  @Override
  public void close() {
    monitor.close();
    netlink.close();
  }
}
