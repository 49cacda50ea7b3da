/** The driver {@code netmap}. */
module org.vhostdp.driver.netmap {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;
  requires org.vhostdp.netdevice;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.netmap.NetmapDriver;
}
