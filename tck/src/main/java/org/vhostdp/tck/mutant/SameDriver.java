package org.vhostdp.tck.mutant;

import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** A driver that passes everything on; a mutant overrides what it breaks. */
class SameDriver implements Driver {
  private final Driver driver;

  SameDriver(Driver driver) {
    this.driver = driver;
  }

  @Override
  public DriverInfo info() {
    return driver.info();
  }

  @Override
  public ConfigSchema schema() {
    return driver.schema();
  }

  @Override
  public Probe probe() {
    return driver.probe();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    return wrap(driver.open(config, host));
  }

  /** The port that {@link #open} gives. */
  Port wrap(Port port) {
    return port;
  }
}
