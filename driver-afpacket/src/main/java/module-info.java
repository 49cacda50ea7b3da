/** The driver {@code afpacket}: Linux interfaces by packet sockets with mapped rings. */
module org.vhostdp.driver.afpacket {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;
  requires org.vhostdp.netdevice;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.afpacket.PacketDriver;
}
