package org.vhostdp.driver.tap;

import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code tap}. Frames transmitted on a port are received by the kernel on a TAP
 * interface, and what the kernel sends through that interface is received by the port; with {@code
 * device}, the same on an existing macvtap device.
 */
public final class TapDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of("tap", "0.1.0", "[1.0,2.0)", "Linux TAP and macvtap devices");

  private static final String WITHOUT_PRIVILEGE =
      "Run as root, grant the process CAP_NET_ADMIN, or start it in a user namespace of its own"
          + " (unshare --user --map-root-user --net). A persistent TAP whose owner is this user,"
          + " and a macvtap device this user may open, work without.";

  private final Claims claims = new Claims();

  /** For {@link java.util.ServiceLoader}. */
  public TapDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return TapOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    if (!Files.exists(Path.of(TunCalls.TUN))) {
      return Probe.unavailable(
          TunCalls.TUN + " is not there: the kernel has no TAP driver, or /dev lacks its node.",
          "Load it with \"modprobe tun\"; in a container, pass the device in.");
    }
    try {
      Io.open(TunCalls.TUN, TunCalls.OPEN_FLAGS, 0).close();
    } catch (LinuxException e) {
      String advice =
          e.errno() == Errno.ENODEV || e.errno() == Errno.ENXIO
              ? "Load the kernel's driver with \"modprobe tun\"."
              : "Let this user read and write " + TunCalls.TUN + " (mode 0666 is usual and safe).";
      return Probe.unavailable(TunCalls.TUN + " cannot be opened: " + e.errnoName() + ".", advice);
    }
    if (!Capability.has(Capability.CAP_NET_ADMIN)) {
      return Probe.unavailable(
          "This process lacks the capability CAP_NET_ADMIN, which making a TAP device needs.",
          WITHOUT_PRIVILEGE);
    }
    return Probe.ok();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    TapOptions options = TapOptions.of(config);
    Claims.Claim claim = claim(options);
    TapDevice device = null;
    try {
      device = TapDevice.open(options);
      return new TapPort(device, claim, new TapRings(options, host), host);
    } catch (DriverException | RuntimeException e) {
      if (device != null) {
        device.close();
      }
      claim.close();
      throw e;
    }
  }

  /**
   * The kernel lets anybody add queues to a multi-queue TAP, so two ports on one name would
   * silently share its frames. A name of the kernel's choice needs no claim.
   */
  private Claims.Claim claim(TapOptions options) throws DriverException {
    if (options.device() == null && options.isPattern()) {
      return () -> {};
    }
    long namespace = new NetNamespace(options.netns(), TapErrors.FAILURES).id();
    String key =
        options.device() != null
            ? options.device().toAbsolutePath().normalize().toString()
            : namespace + " " + options.ifname();
    return claims.claim(key, options.object(), "Give every port an interface of its own.");
  }
}
