/** Driver folders: installed, verified, and loaded into a module layer each. */
module org.vhostdp.store {
  requires transitive org.vhostdp.spi;
  requires transitive org.vhostdp.attest;

  exports org.vhostdp.store;
  exports org.vhostdp.store.install;
  exports org.vhostdp.store.market;

  uses org.vhostdp.spi.Driver;
  uses org.vhostdp.store.market.CoordinateSource;
}
