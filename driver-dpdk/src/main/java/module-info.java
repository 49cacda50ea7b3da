/** The driver {@code dpdk}: poll mode drivers of DPDK 22.11. */
module org.vhostdp.driver.dpdk {
  requires org.vhostdp.spi;
  requires org.vhostdp.linux;

  provides org.vhostdp.spi.Driver with
      org.vhostdp.driver.dpdk.DpdkDriver;
}
