/**
 * What drivers of Linux network interfaces share. A library, not a part of the host: each driver
 * has it in its own folder, in the version that it was built with, so drivers are replaced one by
 * one.
 */
module org.vhostdp.netdevice {
  requires transitive org.vhostdp.spi;
  requires org.vhostdp.linux;

  exports org.vhostdp.netdevice;
}
