package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** Frames both ways between a port and a raw socket at the far end of a veth pair. */
@ParameterizedClass
@ValueSource(strings = {"v2", "v3"})
final class PacketTransferTest {
  /** Milliseconds, to end a hang. */
  private static final long PATIENCE = 20_000;

  private static final long SILENCE = 60;

  @Parameter String receive;

  private PacketLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = PacketLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private static Statistics counters(Port port) {
    Statistics out = new Statistics();
    port.statistics(out);
    return out;
  }

  @Test
  void aRingComesRoundManyTimes() throws Exception {
    // A block is given after a millisecond however little is in it: 16 of them, not 64 frames.
    String ring = receive.equals("v2") ? "64" : "2048";
    Port port = lab.started("receive", receive, "ring", ring);
    PacketLab.Peer peer = lab.peer();
    for (int i = 0; i < 3000; i++) {
      assertEquals(0, peer.send(Frames.of(60 + i % 1400, i)));
      assertEquals(1, Frames.transmit(port, 0, Frames.of(60 + i % 1400, -i)));
      if (i % 12 == 11) {
        // No more than there are blocks: a busy machine lets each frame have one of its own.
        List<byte[]> came = Frames.receive(port, 0, 12, PATIENCE);
        assertEquals(12, came.size());
        for (int k = 0; k < 12; k++) {
          assertArrayEquals(Frames.of(60 + (i - 11 + k) % 1400, i - 11 + k), came.get(k));
          PacketSocket.Received seen = peer.receive(PATIENCE);
          assertArrayEquals(Frames.of(60 + (i - 11 + k) % 1400, -(i - 11 + k)), seen.frame());
        }
      }
    }
    assertEquals(3000, counters(port).rxFrames);
    assertEquals(3000, counters(port).txFrames);
    assertEquals(0, counters(port).more().get("tx_single"));
  }

  @Test
  void whatTheRingHasNoRoomForIsCounted() throws Exception {
    Port port = lab.started("receive", receive, "ring", "16");
    PacketLab.Peer peer = lab.peer();
    int sent = 6000;
    for (int i = 0; i < sent; i++) {
      peer.send(Frames.of(1000, i));
    }
    int came = 0;
    Statistics counters = counters(port);
    long end = System.nanoTime() + PATIENCE * 1_000_000;
    while (came + counters.rxDropped < sent && System.nanoTime() < end) {
      came += Frames.receive(port, 0, sent, 1).size();
      counters = counters(port);
    }
    assertTrue(came < sent, "a small ring took all frames");
    assertEquals(sent, came + counters.rxDropped);
    assertEquals(counters.rxDropped, counters.more().get("rx_ring_full"));
    assertEquals(counters.rxDropped, counters(port).rxDropped, "asking again changes nothing");
  }

  @Test
  void framesOfSeveralEntriesAndOutOfTurnKeepTheirOrder() throws Exception {
    Port port = lab.started("receive", receive);
    PacketLab.Peer peer = lab.peer();
    Burst burst = new Burst(5);
    assertEquals(5, port.tx(0).claim(burst, 5));
    // Slots 0 and 1 make one frame, 3 goes before 2, 4 stays in turn.
    byte[] whole = Frames.of(900, 1);
    Frames.fill(port, burst, 0, Arrays.copyOfRange(whole, 0, 10));
    Frames.fill(port, burst, 1, Arrays.copyOfRange(whole, 10, 900));
    burst.flags[0] = Offload.MORE;
    Frames.fill(port, burst, 3, Frames.of(100, 2));
    Frames.fill(port, burst, 2, Frames.of(100, 3));
    Frames.fill(port, burst, 4, Frames.of(100, 4));
    swap(burst, 2, 3);
    assertEquals(5, port.tx(0).transmit(burst, 0, 5));
    for (int i = 1; i <= 4; i++) {
      assertEquals(i, Frames.number(peer.receive(PATIENCE).frame()));
    }
    // The ring is in turn again.
    long single = counters(port).more().get("tx_single");
    assertEquals(1, Frames.transmit(port, 0, Frames.of(100, 5)));
    assertEquals(5, Frames.number(peer.receive(PATIENCE).frame()));
    assertEquals(single, counters(port).more().get("tx_single"));
  }

  private static void swap(Burst burst, int a, int b) {
    long offset = burst.offset[a];
    burst.offset[a] = burst.offset[b];
    burst.offset[b] = offset;
    int length = burst.length[a];
    burst.length[a] = burst.length[b];
    burst.length[b] = length;
  }

  @Test
  void aFilterKeepsFramesOut() throws Exception {
    // tcpdump -ddd ether proto 0x88b5, and nothing else.
    String filter = "4 40 0 0 12 21 0 1 34997 6 0 0 262144 6 0 0 0";
    Port port = lab.started("receive", receive, "filter", filter);
    PacketLab.Peer peer = lab.peer();
    byte[] other = Frames.of(100, 1);
    other[13] = 0x11;
    peer.send(other);
    peer.send(Frames.of(100, 2));
    List<byte[]> came = Frames.receive(port, 0, 1, PATIENCE);
    assertEquals(1, came.size());
    assertEquals(2, Frames.number(came.getFirst()));
    assertEquals(0, Frames.receive(port, 0, 1, SILENCE).size());
  }

  @Test
  void whatThePortSendsDoesNotComeBack() throws Exception {
    Port port = lab.started("receive", receive);
    for (int i = 0; i < 100; i++) {
      assertEquals(1, Frames.transmit(port, 0, Frames.of(100, i)));
    }
    assertEquals(0, Frames.receive(port, 0, 1, SILENCE).size());
  }

  @Test
  void aFrameThatNobodySegmentedArrivesWhole() throws Exception {
    PortSettings all =
        PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL | Offload.GSO_TCP4);
    Port port = lab.started(all, "receive", receive);
    PacketLab.Peer peer = lab.peer();
    byte[] large = tcp(60_000);
    for (int i = 0; i < 200; i++) {
      assertEquals(0, peer.send(header(1400), large));
      Burst burst = new Burst(4);
      long end = System.nanoTime() + PATIENCE * 1_000_000;
      int n = 0;
      while (n == 0 && System.nanoTime() < end) {
        n = port.rx(0).receive(burst, 4);
      }
      assertEquals(1, n);
      assertArrayEquals(large, Frames.bytes(port, burst, 0));
      assertEquals(Offload.CSUM_PARTIAL | Offload.GSO_TCP4, burst.flags[0]);
      assertEquals(1400, Offload.gsoSize(burst.offload[0]));
      port.rx(0).release(burst, 0, 1);
    }
    // A host that does not want them has them dropped and counted.
    port.configure(PortSettings.defaults());
    assertEquals(0, peer.send(header(1400), large));
    peer.send(Frames.of(100, 1));
    assertEquals(1, Frames.receive(port, 0, 1, PATIENCE).size());
    assertEquals(1, counters(port).more().get("rx_offload_unfit"));
  }

  private static byte[] header(int mss) {
    ByteBuffer header = ByteBuffer.allocate(PacketSocket.HEADER).order(ByteOrder.nativeOrder());
    header.put(0, (byte) 1).put(1, (byte) 1).putShort(2, (short) 54).putShort(4, (short) mss);
    header.putShort(6, (short) 34).putShort(8, (short) 16);
    return header.array();
  }

  /** A TCP segment over IPv4; the checksum of TCP is open. */
  private static byte[] tcp(int length) {
    byte[] frame = Frames.of(length, 1);
    ByteBuffer ip = ByteBuffer.wrap(frame, 14, length - 14).slice();
    frame[12] = 8;
    frame[13] = 0;
    ip.put(0, (byte) 0x45).put(1, (byte) 0).putShort(2, (short) (length - 14)).putInt(4, 0);
    ip.put(8, (byte) 64).put(9, (byte) 6).putShort(10, (short) 0);
    ip.putInt(12, 0xC0000201).putInt(16, 0xC0000202);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += ip.getShort(i) & 0xFFFF;
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    ip.putShort(10, (short) ~((sum & 0xFFFF) + (sum >>> 16)));
    ip.put(32, (byte) 0x50).put(33, (byte) 0x10);
    return frame;
  }

  @Test
  void aTagIsPutBackOrTold() throws Exception {
    Port port = lab.started("receive", receive);
    PacketLab.Peer peer = lab.peer();
    byte[] tagged = Frames.of(200, 1);
    tagged[12] = (byte) 0x81;
    tagged[13] = 0;
    tagged[14] = 0x20;
    tagged[15] = 0x64;
    peer.send(tagged);
    assertArrayEquals(tagged, Frames.receive(port, 0, 1, PATIENCE).getFirst());
    port.configure(PortSettings.defaults().withRxOffloads(Offload.VLAN));
    peer.send(tagged);
    Burst burst = new Burst(1);
    long end = System.nanoTime() + PATIENCE * 1_000_000;
    while (port.rx(0).receive(burst, 1) == 0) {
      assertTrue(System.nanoTime() < end, "the tagged frame did not come");
    }
    assertEquals(Offload.VLAN, burst.flags[0]);
    assertEquals(0x2064, burst.vlan[0]);
    assertEquals(196, burst.length[0]);
    port.rx(0).release(burst, 0, 1);
  }

  @Test
  void aFrameLongerThanTheMtuIsRefused() throws Exception {
    Port port = lab.started("receive", receive);
    PacketLab.Peer peer = lab.peer();
    assertEquals(1, Frames.transmit(port, 0, Frames.of(1518, 1)));
    assertEquals(0, Frames.transmit(port, 0, Frames.of(1519, 2)));
    assertNotNull(peer.receive(PATIENCE));
    assertNull(peer.receive(SILENCE));
    assertEquals(1, counters(port).txErrors);
  }

  @Test
  void aNewMtuHoldsForBothWays() throws Exception {
    Port port = lab.started("receive", receive);
    PacketLab.Peer peer = lab.peer();
    lab.netlink.mtu(PacketLab.FAR, 9000);
    port.configure(PortSettings.defaults().withMtu(9000));
    assertEquals(9000, lab.netlink.link(PacketLab.NEAR).mtu());
    byte[] jumbo = Frames.of(9014, 7);
    peer.send(jumbo);
    assertArrayEquals(jumbo, Frames.receive(port, 0, 1, PATIENCE).getFirst());
    Burst burst = new Burst(16);
    int n = port.tx(0).claim(burst, 16);
    int at = 0;
    int used = 0;
    while (at < jumbo.length) {
      int length = Math.min(burst.room[used], jumbo.length - at);
      Frames.fill(port, burst, used, Arrays.copyOfRange(jumbo, at, at + length));
      at += length;
      burst.flags[used++] = at < jumbo.length ? Offload.MORE : 0;
    }
    assertEquals(used, port.tx(0).transmit(burst, 0, used));
    port.tx(0).unclaim(burst, used, n - used);
    assertArrayEquals(jumbo, peer.receive(PATIENCE).frame());
  }
}
