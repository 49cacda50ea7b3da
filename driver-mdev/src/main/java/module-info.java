/** The driver {@code mdev}. */
module org.vhostdp.driver.mdev {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.mdev.MdevDriver;
}
