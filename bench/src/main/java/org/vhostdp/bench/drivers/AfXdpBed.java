package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.List;

/** XDP sockets on veth, each side with its own defaults. */
final class AfXdpBed extends VethBed {
  @Override
  public String driver() {
    return "afxdp";
  }

  @Override
  public String peer() {
    return "net_af_xdp";
  }

  @Override
  public String object(TestNamespace namespace, String device, Cell cell) {
    return "vhost-dp-afxdp,ifname=" + device + ",netns=" + namespace.path();
  }

  @Override
  public String vdev(String device, Cell cell) {
    return "net_af_xdp0,iface=" + device;
  }

  @Override
  public List<String> notes(TestNamespace namespace, String ours, String peer)
      throws IOException, InterruptedException {
    return List.of(
        "The redirect program runs in %s mode for vhost-dp and in %s mode for %s, as the kernel says."
            .formatted(
                mode(namespace.command("ip -details link show " + ours)),
                mode(namespace.command("ip -details link show " + peer)),
                peer()));
  }

  /** How an interface's program is attached, in the words of {@code ip link show}. */
  static String mode(String text) {
    for (String word : text.split("\\s+")) {
      switch (word) {
        case "xdp", "xdpdrv":
          return "native";
        case "xdpgeneric":
          return "skb";
        case "xdpoffload":
          return "offloaded";
        default:
          break;
      }
    }
    return "no";
  }
}
