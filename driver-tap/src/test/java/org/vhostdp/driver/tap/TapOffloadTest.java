package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** Two ports on one bridge: what one transmits the kernel hands to the other. */
@Timeout(60)
final class TapOffloadTest {
  private static final int HERE = 0xC0000201;
  private static final int THERE = 0xC0000202;
  private static final int MSS = 1460;
  private static final int TCP_HEADERS = 54;
  private static final int UDP_HEADERS = 42;
  private static final int ALL =
      Offload.CSUM_PARTIAL | Offload.CSUM_VALID | Offload.GSO_TCP4 | Offload.GSO_TCP6;
  private static final long TCP_GSO = Offload.pack(34, 16, MSS, TCP_HEADERS);

  private TapLab lab;
  private Port a;
  private Port b;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    a = lab.started("ifname", "a");
    b = lab.started(PortSettings.defaults().withRxOffloads(ALL), "ifname", "b");
    lab.netlink.createBridge("br0");
    lab.netlink.enslave("a", "br0");
    lab.netlink.enslave("b", "br0");
    lab.netlink.up("br0", true);
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  /** A TCP segment with a payload and the pseudo-header's sum where the checksum belongs. */
  private static byte[] tcp(int payload) {
    byte[] segment = new byte[20 + payload];
    new Random(payload).nextBytes(segment);
    ByteBuffer.wrap(segment).putShort(0, (short) 1000).putShort(2, (short) 2000);
    segment[12] = 0x50;
    segment[13] = 0x10;
    segment[18] = 0;
    segment[19] = 0;
    byte[] frame = Frames.ipv4(Frames.PEER, Frames.STATION, HERE, THERE, 6, segment);
    return withPseudo(frame, 34 + 16);
  }

  private static byte[] udp(byte[] to, int payload) {
    byte[] datagram = new byte[8 + payload];
    new Random(payload).nextBytes(datagram);
    ByteBuffer header = ByteBuffer.wrap(datagram);
    header.putShort((short) 3000).putShort((short) 4000).putShort((short) (8 + payload));
    header.putShort((short) 0);
    byte[] frame = Frames.ipv4(to, Frames.STATION, THERE, HERE, 17, datagram);
    return withPseudo(frame, 34 + 6);
  }

  private static byte[] withPseudo(byte[] frame, int at) {
    ByteBuffer.wrap(frame).putShort(at, (short) Frames.pseudo(frame));
    return frame;
  }

  private static int gso(Port port, byte[] frame, int flags, long packed) {
    return Frames.send(port, 0, new Burst(1), frame, Offload.CSUM_PARTIAL | flags, packed);
  }

  @Test
  void aSegmentOf64KilobytesCrossesWhole() throws Exception {
    for (int payload : new int[] {MSS + 1, 60_000, 65_481}) {
      byte[] frame = tcp(payload);
      assertEquals(1, gso(a, frame, Offload.GSO_TCP4, TCP_GSO));
      Frames.Received received = Frames.receive(b);
      assertArrayEquals(frame, received.bytes());
      assertEquals(Offload.CSUM_PARTIAL | Offload.GSO_TCP4, received.flags());
      assertEquals(34, Offload.csumStart(received.offload()));
      assertEquals(16, Offload.csumOffset(received.offload()));
      assertEquals(MSS, Offload.gsoSize(received.offload()));
      assertEquals(0, Offload.headerLength(received.offload()), "the kernel does not know it");
    }
  }

  @Test
  void aSegmentOf64KilobytesCrossesThroughForeignMemory() throws Exception {
    byte[] frame = tcp(60_000);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(70_000);
      MemorySegment to = arena.allocate(70_000);
      MemorySegment.copy(frame, 0, from, ValueLayout.JAVA_BYTE, 0, frame.length);
      Burst burst = new Burst(20);
      burst.region[0] = a.facet(ForeignMemory.class).orElseThrow().lend(from, 0);
      burst.length[0] = frame.length;
      burst.flags[0] = Offload.CSUM_PARTIAL | Offload.GSO_TCP4;
      burst.offload[0] = TCP_GSO;
      assertEquals(1, a.tx(0).transmit(burst, 0, 1));
      int id = b.facet(ForeignMemory.class).orElseThrow().lend(to, ForeignMemory.WRITABLE);
      for (int i = 0; i < 20; i++) {
        burst.region[i] = id;
        burst.offset[i] = i * 3500L;
        burst.room[i] = 3500;
      }
      assertEquals(18, b.rx(0).receiveInto(burst, 20));
      assertEquals(Offload.CSUM_PARTIAL | Offload.GSO_TCP4 | Offload.MORE, burst.flags[0]);
      assertArrayEquals(frame, to.asSlice(0, frame.length).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void withoutReceiveOffloadsTheKernelCutsAndChecksums() throws Exception {
    b.configure(PortSettings.defaults());
    byte[] frame = tcp(60_000);
    assertEquals(1, gso(a, frame, Offload.GSO_TCP4, TCP_GSO));
    List<Frames.Received> segments = Frames.receive(b, 0, (60_000 + MSS - 1) / MSS, 20_000);
    byte[] payload = new byte[60_000];
    int at = 0;
    for (Frames.Received segment : segments) {
      assertEquals(0, segment.flags());
      assertTrue(Frames.checksumIsRight(segment.bytes()));
      int length = segment.bytes().length - TCP_HEADERS;
      assertTrue(length <= MSS);
      System.arraycopy(segment.bytes(), TCP_HEADERS, payload, at, length);
      at += length;
    }
    assertEquals(60_000, at);
    assertArrayEquals(Arrays.copyOfRange(frame, TCP_HEADERS, frame.length), payload);
  }

  @Test
  void udpSegmentationCrossesWhereTheKernelHasIt() throws Exception {
    boolean has = (a.capabilities().txOffloads() & Offload.GSO_USO) != 0;
    TapLab.needs(has, "the kernel has no UDP segmentation for TAP devices (6.2 and later have)");
    b.configure(PortSettings.defaults().withRxOffloads(ALL | Offload.GSO_USO));
    byte[] frame = udp(Frames.PEER, 50_000);
    long packed = Offload.pack(34, 6, 1000, UDP_HEADERS);
    assertEquals(1, gso(a, frame, Offload.GSO_USO, packed));
    Frames.Received received = Frames.receive(b);
    assertArrayEquals(frame, received.bytes());
    assertEquals(Offload.CSUM_PARTIAL | Offload.GSO_USO, received.flags());
    assertEquals(1000, Offload.gsoSize(received.offload()));
    b.configure(PortSettings.defaults());
    assertEquals(1, gso(a, frame, Offload.GSO_USO, packed));
    List<Frames.Received> datagrams = Frames.receive(b, 0, 50, 20_000);
    assertEquals(50, datagrams.size());
    assertTrue(datagrams.stream().allMatch(f -> Frames.checksumIsRight(f.bytes())));
  }

  @Test
  void aFragmentedDatagramArrivesWhole() throws Exception {
    byte[] frame = udp(Frames.PEER, 4000);
    assertEquals(1, gso(a, frame, Offload.GSO_UFO, Offload.pack(34, 6, 1480, UDP_HEADERS)));
    List<Frames.Received> fragments = Frames.receive(b, 0, 3, 20_000);
    int bytes = fragments.stream().mapToInt(f -> f.bytes().length - 34).sum();
    assertEquals(4008, bytes);
  }

  @Test
  void anOffloadWithdrawnWhileFramesWaitLosesThoseAndCountsThem() throws Exception {
    assertEquals(1, gso(a, tcp(60_000), Offload.GSO_TCP4, TCP_GSO));
    b.configure(PortSettings.defaults());
    assertEquals(List.of(), Frames.receive(b, 0, 1, 20));
    Statistics statistics = new Statistics();
    b.statistics(statistics);
    assertEquals(1, statistics.rxDropped);
    assertEquals(1, statistics.more().get("rx_offload_withdrawn"));
    byte[] plain = Frames.of(100, 1);
    assertEquals(1, Frames.send(a, plain));
    assertArrayEquals(plain, Frames.receive(b).bytes());
  }

  @Test
  void offloadsWhoseNumbersDoNotFitAreRefused() throws Exception {
    byte[] frame = tcp(3000);
    int tcp4 = Offload.CSUM_PARTIAL | Offload.GSO_TCP4;
    long[][] bad = {
      {Offload.CSUM_PARTIAL, Offload.pack(3072, 16, 0, 0)},
      {Offload.CSUM_PARTIAL, Offload.pack(34, 0xFFFF, 0, 0)},
      {tcp4, Offload.pack(34, 16, 0, 54)},
      {tcp4, Offload.pack(34, 16, MSS, 0xFFFF)},
      {tcp4 | Offload.GSO_TCP6, TCP_GSO},
      {Offload.CSUM_PARTIAL | Offload.GSO_ECN, TCP_GSO},
      {Offload.GSO_TCP4, TCP_GSO},
      {Offload.VLAN, 0},
      {Offload.HASH, 0},
      {1 << 30, 0},
      // The kernel's own refusal: an IPv4 frame with segmentation for IPv6.
      {Offload.CSUM_PARTIAL | Offload.GSO_TCP6, TCP_GSO},
    };
    for (long[] each : bad) {
      Burst burst = new Burst(1);
      int sent = Frames.send(a, 0, burst, frame, (int) each[0], each[1]);
      assertEquals(0, sent, "flags " + each[0]);
      assertEquals(Burst.BAD_OFFLOAD, burst.status[0], "flags " + each[0]);
    }
    assertEquals(0, Frames.receive(b, 0, 1, 20).size());
    assertEquals(1, Frames.send(a, Frames.of(64, 1)));
    assertNotNull(Frames.receive(b), "one bad frame does not hurt the next");
  }

  @Test
  void theKernelCompletesChecksumsForASocket() throws Exception {
    Port port = lab.started("ifname", "c", "address", "192.0.2.1/24");
    byte[] mac = lab.netlink.link("c").mac();
    try (DatagramChannel socket = bound()) {
      byte[] frame = udp(mac, 1000);
      assertEquals(1, gso(port, frame, 0, Offload.pack(34, 6, 0, 0)));
      ByteBuffer received = ByteBuffer.allocate(2000);
      assertNotNull(receive(socket, received, 100_000));
      assertArrayEquals(
          Arrays.copyOfRange(frame, UDP_HEADERS, frame.length),
          Arrays.copyOf(received.array(), received.position()));
      // The same without the flag is a wrong checksum, and the kernel notices.
      assertEquals(1, Frames.send(port, frame));
      assertNull(receive(socket, ByteBuffer.allocate(2000), 500));
      assertEquals(1, Frames.send(port, 0, new Burst(1), frame, Offload.CSUM_VALID, 0));
    }
  }

  @Test
  void whatASocketSendsHasAPartialChecksumIfAsked() throws Exception {
    Port port = lab.started("ifname", "c", "address", "192.0.2.1/24");
    byte[] mac = lab.netlink.link("c").mac();
    try (DatagramChannel socket = bound()) {
      ByteBuffer payload = ByteBuffer.wrap(new byte[500]);
      socket.send(payload, new InetSocketAddress("192.0.2.2", 3000));
      Frames.Received question = Frames.receive(port);
      assertEquals(1, Frames.send(port, arpAnswer(question.bytes(), mac)));
      Frames.Received full = Frames.receive(port);
      assertEquals(0, full.flags());
      assertTrue(Frames.checksumIsRight(full.bytes()));
      port.configure(PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL));
      payload.rewind();
      socket.send(payload, new InetSocketAddress("192.0.2.2", 3000));
      Frames.Received partial = Frames.receive(port);
      assertEquals(Offload.CSUM_PARTIAL, partial.flags());
      assertEquals(34, Offload.csumStart(partial.offload()));
      assertEquals(6, Offload.csumOffset(partial.offload()));
      int field = ByteBuffer.wrap(partial.bytes()).getShort(40) & 0xFFFF;
      assertEquals(Frames.pseudo(partial.bytes()), field);
    }
  }

  private DatagramChannel bound() throws Exception {
    return lab.in(
        () -> {
          DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET);
          socket.bind(new InetSocketAddress("192.0.2.1", 4000));
          socket.configureBlocking(false);
          return socket;
        });
  }

  private static Object receive(DatagramChannel socket, ByteBuffer into, int tries)
      throws Exception {
    Object from = null;
    for (int i = 0; i < tries && from == null; i++) {
      from = socket.receive(into);
      Thread.sleep(0, 200_000);
    }
    return from;
  }

  private static byte[] arpAnswer(byte[] question, byte[] mac) {
    assertEquals(0x0806, ByteBuffer.wrap(question).getShort(12));
    ByteBuffer answer = ByteBuffer.allocate(60);
    answer.put(mac).put(Frames.STATION).put(question, 12, 8).putShort((short) 2);
    answer.put(Frames.STATION).put(question, 38, 4).put(mac).put(question, 28, 4);
    return answer.array();
  }
}
