package org.vhostdp.cli;

import org.vhostdp.spi.SpiVersion;
import picocli.CommandLine.IVersionProvider;

/** What --version says. */
final class ProgramVersion implements IVersionProvider {
  /** For picocli. */
  ProgramVersion() {}

  @Override
  public String[] getVersion() {
    return new String[] {
      "vhost-dp " + OwnVersion.text(),
      "SPI " + SpiVersion.CURRENT,
      "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
    };
  }
}
