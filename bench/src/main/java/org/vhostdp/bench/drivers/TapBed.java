package org.vhostdp.bench.drivers;

/** TAP interfaces. Each side makes its own, with its own defaults. */
final class TapBed implements DriverBed {
  @Override
  public String driver() {
    return "tap";
  }

  @Override
  public String peer() {
    return "net_tap";
  }

  @Override
  public String object(TestNamespace namespace, String device, Cell cell) {
    return "vhost-dp-tap,ifname=" + device + ",netns=" + namespace.path();
  }

  @Override
  public String vdev(String device, Cell cell) {
    return "net_tap0,iface=" + device;
  }
}
