package org.vhostdp.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.NetworkInterface;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Netlink;

/** What a driver and the host find before the driver is opened. */
final class FarEndTest {
  private static final DemoPlan PLAN = new DemoPlan(GuestKind.builtin, "any", 2, 9000, 1, false);

  @Test
  void driversWithoutOneAreNotGivenOne() {
    assertEquals(Optional.empty(), FarEnd.of("loopback"));
    assertEquals(Optional.of(FarEnd.AFXDP), FarEnd.of("afxdp"));
    assertEquals(Optional.of(FarEnd.NETMAP), FarEnd.of("netmap"));
  }

  @ParameterizedTest
  @CsvSource({"dpdk, 0, DPDK", "dpdk, 1500, DPDK", "dpdk, 9000, DPDK_JUMBO", "tap, 9000, TAP"})
  void theMtuChoosesAmongThoseOfDpdk(String driver, int mtu, FarEnd expected) {
    DemoPlan plan = new DemoPlan(GuestKind.builtin, driver, 1, mtu, 1, false);
    assertEquals(Optional.of(expected), FarEnd.of(plan));
  }

  @Test
  void longFramesReachDpdkOnAVethPair() throws Exception {
    Assumptions.assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
    try (HostSide host = HostSide.create()) {
      FarEnd.DPDK_JUMBO.prepare(host, PLAN);
      String vdev = FarEnd.DPDK_JUMBO.keys(host).get("vdev");
      assertEquals("net_pcap0,iface=vdp0", vdev);
      try (Netlink netlink = host.in(Netlink::open)) {
        assertEquals(9000, netlink.link("vdp0").mtu());
        assertTrue(netlink.link("vdp0-host").up());
      }
      assertTrue(FarEnd.DPDK_JUMBO.startsInside());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AFPACKET", "AFXDP"})
  void aVethPairIsUpAndItsOtherEndHasTheHostsAddress(FarEnd end) throws Exception {
    Assumptions.assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
    try (HostSide host = HostSide.create()) {
      end.prepare(host, PLAN);
      Map<String, String> keys = end.keys(host);
      assertEquals(host.path().toString(), keys.get("netns"));
      try (Netlink netlink = host.in(Netlink::open)) {
        Netlink.Link own = netlink.link(keys.get("ifname"));
        assertTrue(own.up() && own.running(), own.toString());
        assertEquals(9000, own.mtu());
      }
      end.complete(host);
      String address =
          host.in(
              () ->
                  NetworkInterface.getByName("vdp0-host")
                      .getInterfaceAddresses()
                      .getFirst()
                      .getAddress()
                      .getHostAddress());
      assertEquals(DemoPlan.HOST, address);
      assertTrue(end.text().contains("vdp0-host, " + DemoPlan.HOST), end.text());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TAP", "DPDK"})
  void otherDriversMakeTheirInterfaceThemselves(FarEnd end) throws Exception {
    Assumptions.assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
    try (HostSide host = HostSide.create()) {
      end.prepare(host, PLAN);
      try (Netlink netlink = host.in(Netlink::open)) {
        assertEquals(1, netlink.links().size(), "the loopback alone");
      }
      assertTrue(end.keys(host).toString().contains("vdp0"), end.keys(host).toString());
      assertTrue(end.text().contains("vdp0, "), end.text());
    }
  }
}
