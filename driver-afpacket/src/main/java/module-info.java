/** The driver {@code afpacket}: Linux interfaces by packet sockets with mapped rings. */
module org.vhostdp.driver.afpacket {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.afpacket.PacketDriver;
}
