package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.CSUM_VALID;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;

/**
 * The poll mode driver net_tap, on an interface that it makes; a socket on that is the far side.
 */
@Timeout(240)
class TapPmdTest {
  private static final byte[] PLAIN = new byte[PacketSocket.HEADER];

  private FeatureLab lab;
  private Port port;
  private PacketSocket peer;

  @BeforeEach
  void open() throws Exception {
    lab = FeatureLab.open();
    port = lab.started(PortSettings.defaults(), FeatureLab.device("net_tap") + ",iface=dtap");
    peer = lab.socket("dtap");
  }

  @AfterEach
  void close() throws Exception {
    if (lab != null) {
      lab.close();
    }
  }

  private static long numbers(boolean v6, int protocol) {
    int start = Packets.start(v6);
    return Offload.pack(start, Packets.field(v6, protocol) - start, 0, 0);
  }

  @Test
  void framesCrossBothWays() throws Exception {
    for (int length : new int[] {60, 61, 1514}) {
      byte[] frame = Packets.plain(length, length);
      assertTrue(Exchange.send(port, frame));
      assertArrayEquals(frame, FeatureLab.receive(peer).frame());
      assertEquals(0, peer.send(PLAIN, frame));
      assertArrayEquals(frame, Exchange.receive(port, 0, 1).getFirst().bytes());
    }
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    assertTrue(statistics.more().get("rx_good_packets") >= 3, statistics.more()::toString);
    assertTrue(statistics.more().get("tx_good_packets") >= 3, statistics.more()::toString);
    assertEquals(0, statistics.rxDropped);
  }

  @Test
  void itsOffloadsAreFound() {
    assertEquals(CSUM_PARTIAL, port.capabilities().txOffloads(), "large frames are cut above");
    assertEquals(CSUM_VALID, port.capabilities().rxOffloads());
    assertTrue(port.facet(Steering.class).isEmpty(), "it has no table");
    assertTrue(port.facet(Shaping.class).isEmpty(), "it has no rate limits");
  }

  @Test
  void openChecksumsAreCompleted() throws Exception {
    for (boolean v6 : new boolean[] {false, true}) {
      for (int protocol : new int[] {Packets.TCP, Packets.UDP}) {
        byte[] whole = Packets.of(v6, protocol, 101);
        byte[] open = Packets.open(whole);
        assertTrue(Exchange.send(port, 0, open, CSUM_PARTIAL, numbers(v6, protocol), 0));
        assertArrayEquals(whole, FeatureLab.receive(peer).frame());
      }
    }
  }

  @Test
  void aChecksumThatDpdkDoesNotKnowIsCompleted() throws Exception {
    byte[] frame = Packets.plain(200, 9);
    assertTrue(Exchange.send(port, 0, frame, CSUM_PARTIAL, Offload.pack(100, 2, 0, 0), 0));
    short sum = (short) ~Packets.sum(frame, 100, 100, 0);
    byte[] received = FeatureLab.receive(peer).frame();
    assertEquals(sum, ByteBuffer.wrap(received).getShort(102));
  }

  @Test
  void goodChecksumsAreVouchedForAndWrongOnesAreNot() throws Exception {
    lab.start(port, PortSettings.defaults().withRxOffloads(CSUM_VALID));
    peer = lab.socket("dtap");
    for (boolean v6 : new boolean[] {false, true}) {
      for (int protocol : new int[] {Packets.TCP, Packets.UDP}) {
        byte[] frame = Packets.of(v6, protocol, 77);
        assertEquals(0, peer.send(PLAIN, frame));
        Exchange.Received good = Exchange.receive(port, 0, 1).getFirst();
        assertEquals(CSUM_VALID, good.flags());
        assertArrayEquals(frame, good.bytes());
        frame[Packets.fieldOf(frame)] ^= 1;
        assertEquals(0, peer.send(PLAIN, frame));
        Exchange.Received bad = Exchange.receive(port, 0, 1).getFirst();
        assertEquals(0, bad.flags());
        assertArrayEquals(frame, bad.bytes());
      }
    }
    byte[] none = Packets.of(false, Packets.UDP, 77);
    ByteBuffer.wrap(none).putShort(40, (short) 0);
    assertEquals(0, peer.send(PLAIN, none));
    Exchange.Received without = Exchange.receive(port, 0, 1).getFirst();
    assertEquals(0, without.flags());
    assertArrayEquals(none, without.bytes());
  }

  @Test
  void theInterfaceIsWatched() throws Exception {
    PortEvents events = port.events();
    FeatureLab.comes(() -> events.next() == PortEvents.NONE && events.linkUp());
    assertTrue(events.wakeup().fd() >= 0);
    assertTrue(events.linkUp());
    lab.netlink.up("dtap", false);
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_DOWN));
    assertEquals("The interface dtap went down.", events.detail());
    assertFalse(events.linkUp());
    lab.netlink.up("dtap", true);
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_UP));
    byte[] frame = Packets.plain(100, 1);
    assertTrue(Exchange.send(port, frame));
    assertNotNull(FeatureLab.receive(peer), "frames flow when the link is back");
    lab.netlink.delete("dtap");
    assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.REMOVED));
    assertEquals(List.of(), Exchange.receive(port, 0, 1, 50));
  }

  @Test
  void severalQueuesReceiveEachTheirFlows() throws Exception {
    lab.start(port, PortSettings.defaults().withQueuePairs(2));
    peer = lab.socket("dtap");
    byte[] frame = Packets.plain(100, 5);
    for (int queue = 0; queue < 2; queue++) {
      assertTrue(Exchange.send(port, queue, frame, 0, 0, 0));
      assertArrayEquals(frame, FeatureLab.receive(peer).frame());
    }
    int[] seen = new int[2];
    for (int i = 0; i < 64; i++) {
      byte[] flow = Packets.of(false, Packets.UDP, 20 + i);
      ByteBuffer.wrap(flow).putShort(34, (short) (6000 + i));
      assertEquals(0, peer.send(PLAIN, flow));
    }
    boolean all =
        FeatureLab.comes(
            () -> {
              for (int queue = 0; queue < 2; queue++) {
                seen[queue] += Exchange.receive(port, queue, 64, 1).size();
              }
              return seen[0] + seen[1] >= 64;
            });
    assertTrue(all, "frames: " + Arrays.toString(seen));
    assertEquals(
        0, Exchange.receive(port, 0, 1, 50).size() + Exchange.receive(port, 1, 1, 50).size());
    assertEquals(64, seen[0] + seen[1], "frames: " + Arrays.toString(seen));
  }

  @Test
  void aFlowRuleWorksOrIsRefusedWithTheDevicesReason() throws Exception {
    String rule = "ipv4 dst 198.18.0.2 tcp dst 5002 drop; ipv4 udp dst 5002 queue 1";
    String device = FeatureLab.device("net_tap") + ",iface=dflow";
    PortSettings two = PortSettings.defaults().withQueuePairs(2);
    try {
      Port flows = lab.started(two, device, "flow", rule);
      theRulesWork(flows);
      lab.start(flows, two);
      theRulesWork(flows);
      System.out.println("net_tap: flow rules work on this kernel");
    } catch (DriverException e) {
      String message = e.getMessage();
      System.out.println("net_tap: no flow rules on this kernel: " + message);
      assertEquals(DriverException.Reason.UNSUPPORTED, e.reason());
      assertTrue(message.startsWith("rte_flow_create of \"ipv4 dst 198.18.0.2 tcp"), message);
      assertTrue(message.contains("multiq"), message);
    }
    DriverException wrong =
        assertThrows(
            DriverException.class,
            () ->
                lab.started(
                    PortSettings.defaults(),
                    FeatureLab.device("net_tap") + ",iface=dwrong",
                    "flow",
                    "ipv5 queue 1"));
    assertTrue(wrong.getMessage().contains("\"ipv5\" is no header"), wrong.getMessage());
  }

  private void theRulesWork(Port flows) throws Exception {
    PacketSocket far = lab.socket("dflow");
    // Rules are part of the interface's queueing.
    far.bypass(false);
    byte[] datagram = Packets.of(false, Packets.UDP, 30);
    for (int i = 0; i < 10; i++) {
      far.send(PLAIN, Packets.of(false, Packets.TCP, 30));
      far.send(PLAIN, datagram);
    }
    List<Exchange.Received> received = Exchange.receive(flows, 1, 10);
    assertEquals(10, received.size(), "datagrams go to queue 1");
    assertEquals(0, Exchange.receive(flows, 1, 1, 200).size(), "and no others");
    received.forEach(one -> assertArrayEquals(datagram, one.bytes()));
    assertEquals(0, Exchange.receive(flows, 0, 1, 200).size(), "segments are dropped");
  }
}
