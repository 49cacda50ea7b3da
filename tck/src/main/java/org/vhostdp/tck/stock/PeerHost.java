package org.vhostdp.tck.stock;

import org.vhostdp.spi.Host;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** The host of ports that a wire opens for itself. */
final class PeerHost implements Host {
  @Override
  public Version spiVersion() {
    return SpiVersion.CURRENT;
  }

  @Override
  public void log(System.Logger.Level level, String message) {
    // Nobody reads the far end's log.
  }
}
