package org.vhostdp.driver.mdev;

import java.nio.file.Path;
import org.vhostdp.driver.mdev.nic.Nic;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.driver.mdev.vfio.VfioFunctions;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code mdev}. A port is a network function that the kernel hands to this process
 * through VFIO: a PCI function, or a mediated device.
 */
public final class MdevDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of(
          "mdev",
          "0.1.0",
          "[1.0,2.0)",
          "Network functions over VFIO: PCI functions and mediated devices");

  /** For {@link java.util.ServiceLoader}. */
  public MdevDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return MdevOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    return new MdevProbe(Path.of("/")).probe();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    MdevOptions options = MdevOptions.of(config);
    VfioDevice device = VfioFunctions.open(options.vfio(), host);
    Nic nic = null;
    try {
      nic = Personalities.of(device, options.nic());
      return new MdevPort(device, nic);
    } catch (DriverException | RuntimeException e) {
      if (nic != null) {
        nic.close();
      }
      device.close();
      throw e;
    }
  }
}
