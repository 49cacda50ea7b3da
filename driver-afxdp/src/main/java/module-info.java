/** The driver {@code afxdp}: Linux network interfaces by AF_XDP sockets. */
module org.vhostdp.driver.afxdp {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;
  requires org.vhostdp.netdevice;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.afxdp.AfxdpDriver;
}
