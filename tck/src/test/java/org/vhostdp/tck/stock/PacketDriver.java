package org.vhostdp.tck.stock;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** A plain driver on an interface that is there, to try the kit's wires with: one queue pair. */
final class PacketDriver implements Driver {
  private static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("ifname", "Interface to use.").mandatory(),
          ConfigKey.path("netns", "Network namespace that it is in."));

  /** What a port needs of the interface's namespace. */
  record Inside(Netlink netlink, LinkMonitor monitor, String ifname, Path netns) {
    <T> T in(Callable<T> work) throws DriverException {
      try {
        return netns == null ? work.call() : Namespaces.in(netns, work);
      } catch (LinuxException e) {
        throw told(e);
      } catch (Exception e) {
        throw new DriverException(Reason.DEVICE, "The packet driver failed: " + e + ".", "", e);
      }
    }
  }

  @Override
  public DriverInfo info() {
    return DriverInfo.of("packet", "0.0.1", "[1.0,2.0)", "Packet sockets, for tests");
  }

  @Override
  public ConfigSchema schema() {
    return SCHEMA;
  }

  @Override
  public Probe probe() {
    return Probe.ok();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    String ifname = config.text("ifname").orElseThrow();
    Path netns = config.text("netns").map(Path::of).orElse(null);
    Inside nowhere = new Inside(null, null, ifname, netns);
    return nowhere.in(() -> inside(nowhere));
  }

  private static Port inside(Inside nowhere) throws Exception {
    Netlink netlink = Netlink.open();
    try {
      netlink.link(nowhere.ifname());
      // Tells of a missing privilege before anything is started.
      PacketSocket.open(1 << 20).close();
      LinkMonitor monitor = LinkMonitor.open();
      return new PacketPort(new Inside(netlink, monitor, nowhere.ifname(), nowhere.netns()));
    } catch (LinuxException failed) {
      netlink.close();
      throw failed;
    }
  }

  static DriverException told(LinuxException e) {
    Reason reason =
        Map.of(
                Errno.EPERM, Reason.PERMISSION,
                Errno.EACCES, Reason.PERMISSION,
                Errno.ENODEV, Reason.NOT_FOUND,
                Errno.ENOENT, Reason.NOT_FOUND)
            .getOrDefault(e.errno(), Reason.DEVICE);
    String message = new LinuxException(e.call(), e.object(), e.errno(), "").getMessage();
    String advice = reason == Reason.PERMISSION ? "Run it as root." : "";
    return new DriverException(reason, message, advice, e);
  }
}
