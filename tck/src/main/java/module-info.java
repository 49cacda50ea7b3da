/** The conformance kit: what the SPI demands, tested by number. */
module org.vhostdp.tck {
  requires transitive org.vhostdp.spi;
  requires java.management;
  requires jdk.management;
  requires transitive org.vhostdp.attest;
  requires org.vhostdp.linux;
  requires transitive org.vhostdp.store;
  requires static org.junit.jupiter.api;

  exports org.vhostdp.tck.harness;
  exports org.vhostdp.tck.junit;
  exports org.vhostdp.tck.mutant;
  exports org.vhostdp.tck.report;
  exports org.vhostdp.tck.rule;
  exports org.vhostdp.tck.rules;
  exports org.vhostdp.tck.run;
  exports org.vhostdp.tck.stock;

  uses org.vhostdp.spi.Driver;
}
