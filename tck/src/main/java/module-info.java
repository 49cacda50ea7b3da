/**
 * The conformance kit. For now its reference driver, {@code loopback}: the simplest honest
 * implementation of the SPI, in memory, with every optional ability.
 */
module org.vhostdp.tck {
  requires transitive org.vhostdp.spi;
  requires org.vhostdp.linux;

  exports org.vhostdp.tck.reference;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.tck.reference.LoopbackDriver;
}
