package org.vhostdp.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on a driver that has the host's IP stack on its other side, as options of a run inside a
 * lab.
 *
 * @param lab where the interfaces are
 * @param driver its id: tap, afpacket, afxdp or dpdk
 * @param id the port's name, also that of the socket's file
 * @param queues queue pairs
 * @param mtu bytes, or 0 for the default
 */
record DriverPort(Lab lab, String driver, String id, int queues, int mtu) {
  private static final int DEFAULT_MTU = 1500;

  Path socket() {
    return lab.file(id + ".sock");
  }

  /** The driver's interface. */
  String ifname() {
    return "tap-" + id;
  }

  /** The host's interface; the same where the driver makes it. */
  String hostInterface() {
    return isVeth() ? "far-" + id : ifname();
  }

  private boolean isVeth() {
    return driver.equals("afpacket") || driver.equals("afxdp") || isPcap();
  }

  /** DPDK's driver of a TAP takes no frames beyond the usual MTU; the one on libpcap does. */
  private boolean isPcap() {
    return driver.equals("dpdk") && mtu > DEFAULT_MTU;
  }

  /** Makes the interface of a driver that does not make its own. */
  void prepare() throws IOException, InterruptedException {
    if (!isVeth()) {
      return;
    }
    ip(
        "link add IF numtxqueues Q numrxqueues Q type veth peer name FAR numtxqueues Q numrxqueues"
            + " Q");
    for (String end : List.of("IF", "FAR")) {
      ip("link set " + end + " mtu " + (mtu == 0 ? DEFAULT_MTU : mtu) + " up");
    }
    if (driver.equals("afxdp") || isPcap()) {
      // Neither sees which checksums the kernel leaves to the hardware.
      run("ethtool", "-K", hostInterface(), "tx", "off");
    }
    complete();
  }

  /** Gives the host its address where the interface came with the driver. */
  void complete() throws IOException, InterruptedException {
    ip("addr replace " + TapPort.HOST + TapPort.PREFIX + " dev FAR");
    ip("link set FAR up");
  }

  /** Prepares, starts and completes. */
  VhostDp start() throws IOException, InterruptedException {
    prepare();
    VhostDp running = VhostDp.start(lab, options(""));
    complete();
    return running;
  }

  /**
   * The options of a run.
   *
   * @param more keys of the driver, each after a comma
   */
  List<String> options(String more) {
    String object = "vhost-dp-%s,id=driver-%s,%s%s".formatted(driver, id, device(), more);
    String netdev = "vhost-dp,id=%s,driver=driver-%s,socket=%s,queues=%d";
    String port = netdev.formatted(id, id, socket(), queues);
    return List.of("-object", object, "-netdev", mtu == 0 ? port : port + ",mtu=" + mtu);
  }

  private String device() {
    if (isPcap()) {
      // It sends no frame of several mbufs.
      return "vdev=net_pcap0,,iface=" + ifname() + ",room=9728,mbufs=8192";
    }
    return driver.equals("dpdk") ? "vdev=net_tap0,,iface=" + ifname() : "ifname=" + ifname();
  }

  /** Runs ip(8), with IF and FAR for the two interfaces and Q for the number of queues. */
  void ip(String words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("ip"));
    for (String word : words.split(" ")) {
      all.add(
          switch (word) {
            case "IF" -> ifname();
            case "FAR" -> hostInterface();
            case "Q" -> "" + queues;
            default -> word;
          });
    }
    run(all.toArray(String[]::new));
  }

  private void run(String... words) throws IOException, InterruptedException {
    lab.run(LinuxGuest.LIMIT, words);
  }

  @Override
  public String toString() {
    return driver + ", MTU " + mtu;
  }
}
