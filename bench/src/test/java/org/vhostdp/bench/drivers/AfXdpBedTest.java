package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class AfXdpBedTest {
  private static final String FORM =
      """
      3: ours0@ours0far: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 %s qdisc noqueue state UP
          link/ether 2a:11:71:59:6f:bc brd ff:ff:ff:ff:ff:ff promiscuity 1
          veth addrgenmode eui64 numtxqueues 1 numrxqueues 1
      %s
      """;

  @Test
  void theModeOfTheProgramIsWhatTheKernelSays() {
    String program = "    prog/xdp id 180 name xsk_def_prog tag dc1bcff258c01244 jited";
    assertEquals("native", AfXdpBed.mode(FORM.formatted("xdp", program)));
    assertEquals("skb", AfXdpBed.mode(FORM.formatted("xdpgeneric", program)));
  }

  @Test
  void anInterfaceWithoutProgramHasNoMode() {
    assertEquals("no", AfXdpBed.mode(FORM.formatted("", "")));
  }
}
