package org.vhostdp.spi;

/** The version of the SPI that this jar is. */
public final class SpiVersion {
  /** This SPI. A driver runs on it if its declared range contains this version. */
  public static final Version CURRENT = Version.parse("0.1.0");

  private SpiVersion() {}
}
