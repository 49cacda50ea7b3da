/** The dataplane: everything between a guest's rings and the SPI. */
module org.vhostdp.dataplane {
  requires transitive jdk.jfr;
  requires transitive org.vhostdp.spi;
  requires transitive org.vhostdp.linux;
  requires transitive org.vhostdp.store;

  exports org.vhostdp.dataplane;
  exports org.vhostdp.dataplane.capture;
  exports org.vhostdp.dataplane.config;
  exports org.vhostdp.dataplane.frontend.vhostuser;
  exports org.vhostdp.dataplane.io;
  exports org.vhostdp.dataplane.memory;
  exports org.vhostdp.dataplane.net;
  exports org.vhostdp.dataplane.offload;
  exports org.vhostdp.dataplane.port;
  exports org.vhostdp.dataplane.qos;
  exports org.vhostdp.dataplane.ring;
  exports org.vhostdp.dataplane.stage;
  exports org.vhostdp.dataplane.steering;

  uses org.vhostdp.spi.QueuePolicy;
}
