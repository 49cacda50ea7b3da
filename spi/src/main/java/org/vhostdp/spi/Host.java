package org.vhostdp.spi;

/** What the host offers a driver. Outlives every port opened with it. Any control thread. */
public interface Host {
  /** The SPI version of this host. */
  Version spiVersion();

  /**
   * Leaves a line for the operator. Never from a burst method.
   *
   * @param level importance
   * @param message one sentence
   */
  void log(System.Logger.Level level, String message);
}
