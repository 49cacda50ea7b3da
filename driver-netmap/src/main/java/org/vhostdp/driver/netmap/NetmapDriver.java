package org.vhostdp.driver.netmap;

import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code netmap}. A port is a netmap port: of a VALE switch, the end of a pipe, or a
 * network interface, which is taken from the kernel's stack meanwhile.
 */
public final class NetmapDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of(
          "netmap", "0.1.0", "[1.0,2.0)", "netmap ports: VALE switches, pipes, network interfaces");

  private final Claims claims = new Claims();

  /** For {@link java.util.ServiceLoader}. */
  public NetmapDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return NetmapOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    Path device = Path.of(NetmapErrors.DEVICE);
    if (!Files.exists(device)) {
      return Probe.unavailable(
          NetmapErrors.DEVICE + " is not there: netmap's kernel module is not loaded.",
          NetmapErrors.NO_MODULE);
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return Probe.unavailable(
          "This process may not read and write " + NetmapErrors.DEVICE + ".",
          NetmapErrors.NO_ACCESS);
    }
    return Probe.ok();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    NetmapOptions options = NetmapOptions.of(config);
    NetmapDevice device = NetmapDevice.open(options, host);
    Claims.Claim claim = null;
    try {
      PortName port = options.port();
      claim =
          claims.claim(
              device.namespaceId() + " " + port.text(),
              "the port " + port,
              "Give every port a name of its own.");
      return new NetmapPort(device, claim);
    } catch (DriverException | RuntimeException e) {
      if (claim != null) {
        claim.close();
      }
      device.close();
      throw e;
    }
  }
}
