package org.vhostdp.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.IoSettings;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.Probe;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/**
 * The configuration of a run that was told nothing: one port on a TAP, or on the loopback driver
 * where TAP is not allowed.
 *
 * @param config the configuration
 * @param note why it is not a TAP, or what the TAP is called
 */
record EmbeddedDefault(DataplaneConfig config, String note) {
  static final String PORT = "vd0";
  private static final int MOST_NAMES = 100;

  /** The kernel puts a number in the place of %d. */
  private static final String OF_THE_KERNELS_CHOICE = "vdp%d";

  /** Asks the TAP driver whether it can run here, and decides. */
  static EmbeddedDefault choose(DriverStore store, IoSettings io, SocketSpec socket)
      throws DriverRefused {
    Probe probe = store.load("tap").probe();
    DriverSection driver;
    String note;
    if (probe.isOk()) {
      String name = freeName();
      driver = new DriverSection("tap0", "tap", Map.of("ifname", name));
      note =
          ("The other end of the port is the interface %s of this machine."
                  + " Give it an address:  ip address add 192.0.2.1/24 dev %s")
              .formatted(name, name);
    } else {
      driver = new DriverSection("loopback0", "loopback", Map.of());
      note =
          "No TAP device can be made here, so every frame comes back to the guest. %s"
              .formatted(probe);
    }
    PortSpec port = new PortSpec(PORT, 1, 0, null, -1L);
    Netdev netdev = new Netdev(port, driver.name(), socket);
    return new EmbeddedDefault(new DataplaneConfig(io, List.of(driver), List.of(netdev)), note);
  }

  /** Asked by netlink: the files in /sys are about the namespace in which that was mounted. */
  private static String freeName() {
    Set<String> taken = new HashSet<>();
    try (Netlink netlink = Netlink.open()) {
      netlink.links().forEach(link -> taken.add(link.name()));
    } catch (LinuxException e) {
      System.getLogger(EmbeddedDefault.class.getName())
          .log(System.Logger.Level.DEBUG, "interfaces cannot be listed: {0}", e.getMessage());
      return OF_THE_KERNELS_CHOICE;
    }
    for (int i = 0; i < MOST_NAMES; i++) {
      if (!taken.contains("vdp" + i)) {
        return "vdp" + i;
      }
    }
    return OF_THE_KERNELS_CHOICE;
  }
}
