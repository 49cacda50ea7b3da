package org.vhostdp.dataplane.port;

import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/** Where a port's driver comes from: opened at the start, and again when its device was lost. */
public interface DriverSource {
  /** The name of the configuration's section. */
  String section();

  /** The id of the driver. */
  String type();

  /**
   * Opens it; the caller closes what it gets. Control threads.
   *
   * @throws DriverException if it cannot be opened now
   */
  Port open() throws DriverException;
}
