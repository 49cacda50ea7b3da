/** The driver {@code tap}: Linux TAP devices and existing macvtap devices. */
module org.vhostdp.driver.tap {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;
  requires org.vhostdp.netdevice;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.tap.TapDriver;
}
