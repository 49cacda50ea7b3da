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
  /** DPDK's own driver of a TAP, which belongs to the namespace of the thread that probes it. */
  DPDK("dpdk", FarEnd.DEVICE);

  private static final String DEVICE = "vdp0";
  private static final String OTHER = "vdp0-host";

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

  /** Whether root of a user namespace may do it: not where the kernel is to run a program. */
  boolean worksInUserNamespace() {
    return this != AFXDP;
  }

  /** Whether the dataplane must start in the host side's namespace, as the driver has no key. */
  boolean startsInside() {
    return this == DPDK;
  }

  /** Makes what the driver needs before it is opened. */
  void prepare(HostSide host, DemoPlan plan) throws IOException {
    if (this == AFPACKET || this == AFXDP) {
      host.veth(DEVICE, OTHER, plan.queues(), plan.effectiveMtu());
      if (this == AFXDP) {
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
    keys.put("ifname", DEVICE);
    keys.put("netns", host.path().toString());
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
