/**
 * The reference driver {@code loopback}: the simplest honest implementation of the SPI, in memory,
 * with every optional ability.
 */
module org.vhostdp.driver.loopback {
  requires transitive org.vhostdp.spi;
  requires org.vhostdp.linux;

  exports org.vhostdp.driver.loopback;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.loopback.LoopbackDriver;
}
