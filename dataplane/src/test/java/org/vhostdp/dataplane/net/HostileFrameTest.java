package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Offload;

/**
 * Frames and buffers as no honest guest makes them: dropped and counted, or the ring broken with a
 * sentence. What comes behind a dropped frame passes.
 */
class HostileFrameTest {
  private static final int ROOM = 2048;
  private static final int MAX_FRAME = 6000;
  private static final int SEGMENTS = 4;
  private static final long PLAIN = Features.VERSION_1 | Features.INDIRECT_DESC;
  private static final long OFFLOADS =
      PLAIN | Features.CSUM | Features.HOST_TSO4 | Features.HOST_TSO6 | Features.HOST_UFO;

  private final Random random = new Random(3);

  /** Split and packed; copied and lent. */
  static Stream<Arguments> modes() {
    return Stream.of(
        Arguments.of(0L, false),
        Arguments.of(0L, true),
        Arguments.of(Features.RING_PACKED, false),
        Arguments.of(Features.RING_PACKED, true));
  }

  /** Sends a packet and a good one behind it; the first must be dropped as malformed. */
  private void assertDropped(NetBed bed, boolean foreign, byte[] packet, int... cuts) {
    RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
    TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
    final long before = bed.count(Name.DROPPED_MALFORMED);
    byte[] good = NetBed.frame(random, 60);
    assertTrue(bed.send(packet, false, cuts));
    assertTrue(bed.send(bed.packet(new NetHeader(), good), false));
    bed.driver().publish();
    assertEquals(1, path.poll());
    assertEquals(before + 1, bed.count(Name.DROPPED_MALFORMED));
    assertEquals(1, path.poll());
    assertEquals(1, tx.sent.size());
    assertArrayEquals(good, tx.sent.getFirst().bytes());
    assertEquals(2, bed.reclaim(), "both chains are the guest's again");
    assertEquals(0, tx.lentOut());
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cve2022x2132ChainNoLongerThanTheHeader(long kind, boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ADJACENT, 64, PLAIN | kind)) {
      for (int bytes : new int[] {1, 2, 9, 10, 11, 12, 13, 12 + 13}) {
        assertDropped(bed, foreign, new byte[bytes]);
      }
      assertDropped(bed, foreign, new byte[12], 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
      assertDropped(bed, foreign, new byte[20], 12);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cve2022x2132HeaderSplitOverDescriptors(long kind, boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ADJACENT, 64, OFFLOADS | kind)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
      byte[] frame = NetBed.frame(random, 900);
      byte[] packet = bed.packet(new NetHeader().checksum(34, 16), frame);
      int[][] ways = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {5, 7}, {11}, {13}, {10, 2, 14}};
      for (int[] cuts : ways) {
        assertTrue(bed.send(packet, false, cuts));
        bed.driver().publish();
        assertEquals(1, path.poll());
        RecordingTx.Sent sent = tx.sent.removeFirst();
        assertArrayEquals(frame, sent.bytes());
        assertEquals(Offload.CSUM_PARTIAL, sent.flags());
        assertEquals(34, Offload.csumStart(sent.offload()));
        assertEquals(1, bed.reclaim());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cve2024x11614ChecksumBeyondTheFrame(long kind, boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, OFFLOADS | kind)) {
      byte[] frame = NetBed.frame(random, 100);
      int[][] beyond = {{100, 0}, {99, 0}, {98, 1}, {0, 99}, {0xFFFF, 0}, {0xFFFF, 0xFFFF}};
      for (int[] at : beyond) {
        byte[] packet = bed.packet(new NetHeader().checksum(at[0], at[1]), frame);
        assertDropped(bed, foreign, packet);
        // With the header in pieces the frame takes another way through the code.
        assertDropped(bed, foreign, packet, 6, 6);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void nonsenseInTheHeader(long kind, boolean foreign) throws Exception {
    NetHeader[] nonsense = {
      new NetHeader().checksum(14, 2).segment(NetHeader.GSO_TCPV4, 54, 0),
      new NetHeader().segment(NetHeader.GSO_TCPV4, 54, 500),
      new NetHeader().checksum(14, 2).segment(2, 54, 500),
      new NetHeader().checksum(14, 2).segment(6, 54, 500),
      new NetHeader().checksum(14, 2).segment(0x7F, 54, 500),
      new NetHeader().checksum(14, 2).segment(NetHeader.GSO_ECN, 54, 500),
      new NetHeader().checksum(14, 2).segment(NetHeader.GSO_UDP | NetHeader.GSO_ECN, 54, 500),
      // Not negotiated: ECN, USO.
      new NetHeader().checksum(14, 2).segment(NetHeader.GSO_TCPV4 | NetHeader.GSO_ECN, 54, 500),
      new NetHeader().checksum(14, 2).segment(NetHeader.GSO_UDP_L4, 54, 500),
    };
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, OFFLOADS | kind)) {
      byte[] frame = NetBed.frame(random, 1000);
      for (NetHeader header : nonsense) {
        assertDropped(bed, foreign, bed.packet(header, frame));
        assertDropped(bed, foreign, bed.packet(header, frame), 3);
      }
    }
  }

  /** Without offloads a header has nothing to say, and is not read. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHeaderMeansNothingWithoutOffloads(boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
      byte[] frame = NetBed.frame(random, 1000);
      byte[] packet = bed.packet(new NetHeader().checksum(60_000, 2), frame);
      assertTrue(bed.send(packet, false));
      assertTrue(bed.send(packet, false, 5, 300));
      bed.driver().publish();
      for (int left = 2; left > 0; ) {
        int n = path.poll();
        assertTrue(n > 0);
        left -= n;
      }
      assertEquals(2, tx.sent.size());
      for (RecordingTx.Sent sent : tx.sent) {
        assertEquals(0, sent.flags());
        assertArrayEquals(frame, sent.bytes());
      }
      assertEquals(2, bed.reclaim());
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void eachOffloadNegotiatedPasses(long kind, boolean foreign) throws Exception {
    int[][] types = {
      {NetHeader.GSO_TCPV4, Offload.GSO_TCP4},
      {NetHeader.GSO_TCPV6, Offload.GSO_TCP6},
      {NetHeader.GSO_UDP, Offload.GSO_UFO},
      {NetHeader.GSO_UDP_L4, Offload.GSO_USO},
      {NetHeader.GSO_TCPV4 | NetHeader.GSO_ECN, Offload.GSO_TCP4 | Offload.GSO_ECN},
    };
    long all = OFFLOADS | Features.HOST_ECN | Features.HOST_USO | kind;
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, all)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
      for (int[] type : types) {
        NetHeader header = new NetHeader().checksum(34, 6).segment(type[0], 54, 1400);
        assertTrue(bed.send(bed.packet(header, NetBed.frame(random, 1900)), false));
        bed.driver().publish();
        assertEquals(1, path.poll());
        RecordingTx.Sent sent = tx.sent.removeFirst();
        assertEquals(type[1] | Offload.CSUM_PARTIAL, sent.flags());
        assertEquals(Offload.pack(34, 6, 1400, 54), sent.offload());
        assertEquals(1, bed.reclaim());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void writableBuffersInTheTransmitRing(long kind, boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ADJACENT, 64, PLAIN | kind)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
      bed.post(false, 200);
      bed.driver().publish();
      assertEquals(1, path.poll());
      assertEquals(1, bed.count(Name.DROPPED_MALFORMED));
      assertEquals(1, bed.reclaim());
      long in = bed.ring.buffer(72);
      long out = bed.ring.buffer(100);
      bed.ring.twin().write(in, new byte[72]);
      bed.driver().add(new long[] {in, out}, new int[] {72, 100}, 1, 1, false);
      bed.driver().publish();
      assertEquals(1, path.poll());
      assertEquals(60, tx.sent.getFirst().bytes().length);
      assertTrue(bed.driver().nextUsed());
      assertEquals(0, bed.driver().usedLength());
      byte[] untouched = new byte[100];
      Arrays.fill(untouched, RingBed.GUARD);
      assertArrayEquals(untouched, bed.ring.twin().read(out, 100));
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void readableBuffersInTheReceiveRing(long kind, boolean foreign) throws Exception {
    for (long merge : new long[] {0, Features.MRG_RXBUF}) {
      try (NetBed bed = new NetBed(Layout.ADJACENT, 64, PLAIN | merge | kind)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
        byte[] mine = NetBed.frame(random, 500);
        long address = bed.ring.buffer(500);
        bed.ring.twin().write(address, mine);
        for (int i = 0; i < 20; i++) {
          bed.driver().add(address, 500, false);
          bed.post(false, 7000);
        }
        bed.driver().publish();
        for (int i = 0; i < 10; i++) {
          rx.feed(NetBed.frame(random, 80), 0, 0);
        }
        for (int turn = 0; turn < 20; turn++) {
          assertTrue(path.poll() >= 0);
        }
        assertTrue(rx.waiting.isEmpty(), "nothing waits for ever");
        assertArrayEquals(mine, bed.ring.twin().read(address, 500));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cve2022x26353RingThatBreaksWhileFramesAreHeld(long kind, boolean foreign) throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN | Features.MRG_RXBUF | kind)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
      for (int i = 0; i < 3; i++) {
        rx.feed(NetBed.frame(random, 1000), 0, 0);
      }
      bed.post(false, 300);
      bed.driver().add(-4096, 2000, true);
      bed.driver().publish();
      assertEquals(-1, path.poll());
      assertEquals(-1, path.poll());
      assertTrue(path.ring().fault().contains("outside"), path.ring().fault());
      assertFalse(bed.driver().nextUsed(), "no group is begun that cannot be ended");
      path.abandon();
      assertEquals(0, rx.lentOut(), "the driver has every frame back");
    }
  }

  @Test
  void cve2021x3748BufferCountStandsInTheFirstBufferOfEachGroup() throws Exception {
    for (long kind : new long[] {0, Features.RING_PACKED}) {
      try (NetBed bed = new NetBed(Layout.ADJACENT, 64, PLAIN | Features.MRG_RXBUF | kind)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, false);
        for (int i = 0; i < 30; i++) {
          // Even num_buffers itself lies across two buffers.
          bed.post(false, 11, 120);
        }
        bed.driver().publish();
        for (int length : new int[] {14, 119, 120, 251, 1500}) {
          rx.feed(NetBed.frame(random, length), 0, 0);
        }
        assertEquals(5, path.poll());
        assertArrayEquals(
            new int[] {1, 1, 2, 3, 12},
            bed.received().stream().mapToInt(frame -> frame.header().numBuffers).toArray());
      }
    }
  }

  @Test
  void cve2023x6693HeaderIsAsLongAsNegotiated() throws Exception {
    long[] ten = {0, Features.RING_PACKED};
    for (long features : ten) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, features)) {
        assertEquals(10, bed.headerBytes);
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, false);
        byte[] frame = NetBed.frame(random, 60);
        rx.feed(frame, 0, 0);
        bed.post(false, 10 + 60);
        bed.driver().publish();
        assertEquals(1, path.poll());
        assertArrayEquals(frame, bed.received().getFirst().bytes());
      }
    }
  }

  @Test
  void cve2020x14378FaultOfTheRingEndsTheTransmitPath() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, false);
      bed.driver().driverArea().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) 999);
      for (int i = 0; i < 3; i++) {
        assertEquals(-1, path.poll());
      }
      assertEquals(0, tx.lentOut());
    }
  }
}
