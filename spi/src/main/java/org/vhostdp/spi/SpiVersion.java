package org.vhostdp.spi;

/**
 * The version of the SPI that this jar is. Within a major version every driver that was built for
 * an earlier one runs; a minor version adds, and takes nothing away.
 */
public final class SpiVersion {
  /** This SPI. A driver runs on it if its declared range contains this version. */
  public static final Version CURRENT = Version.parse("1.0.0");

  private SpiVersion() {}
}
