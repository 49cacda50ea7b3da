package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;

/**
 * The poll mode driver net_af_packet on one end of a veth; a socket on the other is the far side.
 */
@Timeout(240)
class AfPacketPmdTest {
  private static final byte[] PLAIN = new byte[PacketSocket.HEADER];

  private FeatureLab lab;
  private Port port;
  private PacketSocket peer;

  @BeforeEach
  void open() throws Exception {
    lab = FeatureLab.open();
    lab.netlink.createVeth("near", "far");
    lab.netlink.up("near", true);
    lab.netlink.up("far", true);
    String device = FeatureLab.device("net_af_packet");
    port = lab.started(PortSettings.defaults(), device + ",iface=near");
    peer = lab.socket("far");
  }

  @AfterEach
  void close() throws Exception {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void framesCrossBothWays() throws Exception {
    for (int length : new int[] {60, 512, 1514}) {
      byte[] frame = Packets.plain(length, length);
      assertTrue(Exchange.send(port, frame));
      assertArrayEquals(frame, FeatureLab.receive(peer).frame());
      assertEquals(0, peer.send(PLAIN, frame));
      assertArrayEquals(frame, Exchange.receive(port, 0, 1).getFirst().bytes());
    }
  }

  @Test
  void itPutsTagsInAndTakesThemOut() throws Exception {
    assertEquals(Offload.VLAN, port.capabilities().txOffloads());
    assertEquals(Offload.VLAN, port.capabilities().rxOffloads());
    byte[] frame = Packets.plain(100, 3);
    assertTrue(Exchange.send(port, 0, frame, Offload.VLAN, 0, 0x6005));
    PacketSocket.Received sent = FeatureLab.receive(peer);
    byte[] tagged = Packets.tagged(frame, 0x6005);
    assertArrayEquals(sent.tagged() ? frame : tagged, sent.frame());
    assertTrue(!sent.tagged() || sent.tci() == 0x6005);
    assertEquals(0, peer.send(PLAIN, tagged));
    Exchange.Received whole = Exchange.receive(port, 0, 1).getFirst();
    assertEquals(0, whole.flags());
    assertArrayEquals(tagged, whole.bytes(), "a tag that nobody takes stays in the bytes");
    lab.start(port, PortSettings.defaults().withRxOffloads(Offload.VLAN));
    assertEquals(0, peer.send(PLAIN, tagged));
    Exchange.Received taken = Exchange.receive(port, 0, 1).getFirst();
    assertEquals(Offload.VLAN, taken.flags());
    assertEquals(0x6005, taken.vlan());
    assertArrayEquals(frame, taken.bytes());
  }

  @Test
  void theFarEndsLinkIsSeen() throws Exception {
    PortEvents events = port.events();
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.NONE && events.linkUp()));
    lab.netlink.up("far", false);
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_DOWN));
    lab.netlink.up("far", true);
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_UP));
    PacketSocket again = lab.socket("far");
    byte[] frame = Packets.plain(80, 8);
    assertTrue(FeatureLab.comes(() -> Exchange.send(port, frame)));
    assertArrayEquals(frame, FeatureLab.receive(again).frame());
    lab.netlink.delete("far");
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.REMOVED));
    assertEquals(0, Exchange.receive(port, 0, 1, 50).size());
  }
}
