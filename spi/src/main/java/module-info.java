/**
 * The dataplane SPI: the contract between the dataplane and a networking driver. See {@link
 * org.vhostdp.spi} for the boundary, the key types and the life cycle.
 */
module org.vhostdp.spi {
  exports org.vhostdp.spi;

  uses org.vhostdp.spi.Driver;
}
