package org.vhostdp.bench.drivers;

/** Packet sockets on veth, each side with its own defaults. */
final class AfPacketBed extends VethBed {
  @Override
  public String driver() {
    return "afpacket";
  }

  @Override
  public String peer() {
    return "net_af_packet";
  }

  @Override
  public String object(TestNamespace namespace, String device, Cell cell) {
    return "vhost-dp-afpacket,ifname=" + device + ",netns=" + namespace.path();
  }

  @Override
  public String vdev(String device, Cell cell) {
    return "net_af_packet0,iface=" + device;
  }
}
