package org.vhostdp.cli.demo;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How the host's side is reached through a driver: what its device is, and where that ends. */
enum FarEnd {
  /** A TAP is both: a device for the driver, an interface for the host. */
  TAP("tap", FarEnd.DEVICE),
  /** One end of a veth pair is the driver's, the other one the host's. */
  AFPACKET("afpacket", FarEnd.OTHER),
  /** The same; no program sees which checksums the kernel has left to the hardware. */
  AFXDP("afxdp", FarEnd.OTHER),
  /** The same again, by netmap's emulation: its frames have no place for what is left open. */
  NETMAP("netmap", FarEnd.OTHER),
  /** DPDK's own driver of a TAP, which belongs to the namespace of the thread that probes it. */
  DPDK("dpdk", FarEnd.DEVICE),
  /** For frames that are too long for that one: its driver of an interface, through libpcap. */
  DPDK_JUMBO("dpdk", FarEnd.OTHER);

  private static final String DEVICE = "vdp0";
  private static final String OTHER = "vdp0-host";

  /** Bytes: what net_tap takes, a tag aside. */
  private static final int LONGEST_ON_DPDK_TAP = 1500;

  private final String driver;
  private final String hostInterface;

  FarEnd(String driver, String hostInterface) {
    this.driver = driver;
    this.hostInterface = hostInterface;
  }

  /** That of a driver, or empty if the demonstration knows of none. */
  static Optional<FarEnd> of(String driver) {
    return Arrays.stream(values()).filter(end -> end.driver.equals(driver)).findFirst();
  }

  /** That of a demonstration, or empty if there is none for its driver. */
  static Optional<FarEnd> of(DemoPlan plan) {
    Optional<FarEnd> end = of(plan.driver());
    boolean jumbo = end.equals(Optional.of(DPDK)) && plan.effectiveMtu() > LONGEST_ON_DPDK_TAP;
    return jumbo ? Optional.of(DPDK_JUMBO) : end;
  }

  /**
   * Whether root of a user namespace may do it: not where the kernel is to run a program, or a
   * device of the machine's is needed.
   */
  boolean worksInUserNamespace() {
    return this != AFXDP && this != NETMAP;
  }

  /** Whether the dataplane must start in the host side's namespace, as the driver has no key. */
  boolean startsInside() {
    return this == DPDK || this == DPDK_JUMBO;
  }

  /** Makes what the driver needs before it is opened. */
  void prepare(HostSide host, DemoPlan plan) throws IOException {
    if (hostInterface.equals(OTHER)) {
      host.veth(DEVICE, OTHER, plan.queues(), plan.effectiveMtu());
      if (this != AFPACKET) {
        host.finishChecksums(OTHER);
      }
      host.address(OTHER);
    }
  }

  /** The driver's configuration. */
  Map<String, String> keys(HostSide host) {
    Map<String, String> keys = new LinkedHashMap<>();
    if (this == DPDK) {
      keys.put("vdev", "net_tap0,iface=" + DEVICE);
      return keys;
    }
    if (this == DPDK_JUMBO) {
      keys.put("vdev", "net_pcap0,iface=" + DEVICE);
      // It sends no frame of several mbufs.
      keys.put("room", "9728");
      keys.put("mbufs", "8192");
      return keys;
    }
    keys.put("netns", host.path().toString());
    if (this == NETMAP) {
      keys.put("port", "netmap:" + DEVICE);
      return keys;
    }
    keys.put("ifname", DEVICE);
    if (this == TAP) {
      keys.put("address", DemoPlan.HOST + DemoPlan.PREFIX);
    }
    return keys;
  }

  /** Gives the host its address, where the interface came with the driver. */
  void complete(HostSide host) throws IOException {
    if (this == DPDK) {
      host.address(DEVICE);
    }
  }

  /** For people. */
  String text() {
    return "interface %s, %s, in a namespace of its own".formatted(hostInterface, DemoPlan.HOST);
  }
}
