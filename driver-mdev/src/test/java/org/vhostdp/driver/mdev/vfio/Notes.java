package org.vhostdp.driver.mdev.vfio;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** A host that remembers what drivers tell it. */
final class Notes implements Host {
  final List<String> lines = new ArrayList<>();

  @Override
  public Version spiVersion() {
    return SpiVersion.CURRENT;
  }

  @Override
  public void log(System.Logger.Level level, String message) {
    lines.add(level + " " + message);
  }
}
