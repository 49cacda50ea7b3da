package org.vhostdp.tck.rule;

import org.vhostdp.spi.Host;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** A host that listens to no log lines. */
final class QuietHost implements Host {
  @Override
  public Version spiVersion() {
    return SpiVersion.CURRENT;
  }

  @Override
  public void log(System.Logger.Level level, String message) {
    // A driver may log what it likes; no rule is about it.
  }
}
