package org.vhostdp.tck.pair;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** The reference driver, whose ports can end as those of a killed process do. One thread. */
final class KillableDriver implements Driver {
  private final LoopbackDriver driver = new LoopbackDriver();

  /** Null but while something that will be killed is opened: otherwise nothing holds a port. */
  private List<Port> doomed;

  /** What a process does that will be killed. */
  interface Life {
    void run() throws Exception;
  }

  /**
   * Lets something open ports, then takes them away as the kernel would: whatever stands around
   * them never hears of it.
   */
  void kill(Life life) throws Exception {
    doomed = new ArrayList<>();
    try {
      life.run();
    } finally {
      doomed.forEach(Port::close);
      doomed = null;
    }
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
    Port port = driver.open(config, host);
    if (doomed != null) {
      doomed.add(port);
    }
    return port;
  }
}
