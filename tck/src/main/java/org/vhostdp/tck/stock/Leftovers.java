package org.vhostdp.tck.stock;

import java.io.IOException;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/**
 * Frames that wait for a device that takes none now. A hypervisor keeps them, however long that is,
 * so that the next port would be given what was sent to the last one.
 */
final class Leftovers {
  /** What a device has buffers for itself; more may wait elsewhere. */
  private static final int BUFFERS = 256;

  private static final long QUIET_NANOS = 50_000_000L;

  private Leftovers() {}

  /**
   * Takes them, if there may be any.
   *
   * @param sent frames that were on their way to the device
   */
  static void take(Driver driver, Map<String, String> config, int sent) throws IOException {
    if (sent <= BUFFERS) {
      return;
    }
    try (Port port = driver.open(driver.schema().check("what waits", config), new PeerHost())) {
      port.configure(PortSettings.defaults());
      port.start();
      drain(port);
      port.stop();
    } catch (DriverException e) {
      throw new IOException("What waits for the device cannot be taken: " + e.getMessage(), e);
    }
  }

  private static void drain(Port port) {
    Burst burst = new Burst(BUFFERS);
    long last = System.nanoTime();
    while (System.nanoTime() - last < QUIET_NANOS) {
      int count = port.rx(0).receive(burst, BUFFERS);
      port.rx(0).release(burst, 0, count);
      last = count > 0 ? System.nanoTime() : last;
    }
  }
}
