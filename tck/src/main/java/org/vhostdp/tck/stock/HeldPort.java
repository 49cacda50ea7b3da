package org.vhostdp.tck.stock;

import java.util.Map;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** A device that somebody holds: another port of the driver is open on it, and started. */
final class HeldPort implements AutoCloseable {
  private final Port port;

  private HeldPort(Port port) {
    this.port = port;
  }

  /**
   * Holds a device, if that keeps others away from it.
   *
   * @param driver the sound one
   * @param config names the device
   * @return null if the driver lets one device be opened several times
   */
  static HeldPort of(Driver driver, Map<String, String> config) throws DriverException {
    Port held = open(driver, config);
    try {
      held.configure(PortSettings.defaults());
      held.start();
    } catch (DriverException | RuntimeException failed) {
      held.close();
      throw failed;
    }
    try {
      open(driver, config).close();
    } catch (DriverException refused) {
      // What the rules are about: whether it is refused as it should be is theirs to judge.
      return new HeldPort(held);
    }
    held.close();
    return null;
  }

  private static Port open(Driver driver, Map<String, String> config) throws DriverException {
    return driver.open(driver.schema().check("a held device", config), new PeerHost());
  }

  @Override
  public void close() {
    port.close();
  }
}
