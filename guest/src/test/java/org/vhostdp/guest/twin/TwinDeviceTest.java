package org.vhostdp.guest.twin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;

@Timeout(120)
class TwinDeviceTest {
  private static final long MAC_A = Packets.mac("52:54:00:00:00:0a");
  private static final long MAC_B = Packets.mac("52:54:00:00:00:0b");
  private static final int IP_A = Packets.ip("10.77.0.1");
  private static final int IP_B = Packets.ip("10.77.0.2");

  private final long descriptors = Fd.openCount();
  private final long mappings = Mapping.openCount();
  private final ModelSwitch backend = new ModelSwitch(-1L, ProtocolFeature.KNOWN);

  @AfterEach
  void closeBackend() throws InterruptedException {
    backend.stop();
    assertNull(backend.failure());
    for (int i = 0; i < 2000 && left(); i++) {
      Thread.sleep(10);
    }
    assertEquals(descriptors, Fd.openCount(), "descriptors left behind");
    assertEquals(mappings, Mapping.openCount(), "mappings left behind");
  }

  private boolean left() {
    return descriptors != Fd.openCount() || mappings != Mapping.openCount();
  }

  static Stream<Arguments> kinds() {
    List<Arguments> kinds = new ArrayList<>();
    TwinOptions split = TwinOptions.defaults();
    TwinOptions packed = split.plus(Feature.RING_PACKED);
    for (TwinOptions format : List.of(split, packed)) {
      String name = format == split ? "split" : "packed";
      kinds.add(Arguments.of(name, format));
      kinds.add(Arguments.of(name + " without event index", format.minus(Feature.EVENT_IDX)));
      kinds.add(Arguments.of(name + " in order", format.plus(Feature.IN_ORDER)));
      kinds.add(
          Arguments.of(
              name + " like DPDK",
              format
                  .withOrder(TwinOptions.Order.DPDK, TwinOptions.Kick.EVENTFD)
                  .withProtocolFeatures(
                      ProtocolFeature.MQ | ProtocolFeature.REPLY_ACK | ProtocolFeature.STATUS)));
      kinds.add(
          Arguments.of(
              name + " small merged buffers, kicks over a stream",
              format
                  .withBuffers(TwinOptions.Framing.TWO, 512)
                  .plus(Feature.HOST_TSO4)
                  .withOrder(TwinOptions.Order.QEMU, TwinOptions.Kick.STREAM)));
      kinds.add(
          Arguments.of(
              name + " scattered, direct, in order",
              format
                  .withBuffers(TwinOptions.Framing.SCATTERED, 2048)
                  .plus(Feature.IN_ORDER)
                  .minus(Feature.INDIRECT_DESC)));
      kinds.add(
          Arguments.of(
              name + " scattered, indirect",
              format.withBuffers(TwinOptions.Framing.SCATTERED, 2048)));
      kinds.add(
          Arguments.of(
              name + " big buffers, direct",
              format.minus(Feature.MRG_RXBUF | Feature.INDIRECT_DESC).plus(Feature.GUEST_TSO4)));
      kinds.add(
          Arguments.of(
              name + " big buffers, indirect",
              format.minus(Feature.MRG_RXBUF).plus(Feature.GUEST_TSO4)));
      kinds.add(Arguments.of(name + " with hash reports", format.plus(Feature.HASH_REPORT)));
      kinds.add(
          Arguments.of(
              name + " scattered, with hash reports",
              format
                  .withBuffers(TwinOptions.Framing.SCATTERED, 512)
                  .plus(Feature.HASH_REPORT | Feature.HOST_USO)));
      kinds.add(Arguments.of(name + " small ring", format.withRingSize(8)));
      kinds.add(
          Arguments.of(
              name + " without protocol features",
              format.minus(Feature.PROTOCOL_FEATURES).withMemory(3, false)));
    }
    kinds.add(Arguments.of("legacy header", split.minus(Feature.VERSION_1 | Feature.MRG_RXBUF)));
    kinds.add(Arguments.of("odd packed size", packed.withRingSize(97)));
    kinds.add(Arguments.of("two pairs by control queue", split.withPairs(2).plus(Feature.CTRL_VQ)));
    return kinds.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void twoGuestsExchangePingsAndVerifiedDatagrams(String name, TwinOptions options)
      throws Exception {
    try (BuiltinGuest a = guest(options, MAC_A, IP_A);
        BuiltinGuest b = guest(options, MAC_B, IP_B)) {
      PingResult ping = a.ping(IP_B, 10, Duration.ZERO, Duration.ofSeconds(5));
      assertEquals(10, ping.received(), name + ": " + a.failure() + b.failure());
      assertTrue(ping.bestNanos() > 0);
      UdpResult sent = b.sendUdp(IP_A, 5000, 3000, 1400);
      assertEquals(3000, sent.sent());
      awaitUdp(a, 3000);
      GuestCounters counters = a.counters();
      assertEquals(3000, counters.udpReceived());
      assertEquals(3000L * 1400, counters.udpBytes());
      assertEquals(0, counters.udpCorrupt() + counters.udpReordered() + counters.badChecksums());
      assertEquals(2999, counters.udpHighest());
      assertNull(a.failure());
      assertNull(b.failure());
    }
  }

  @Test
  void aGuestNoticesThatItsBackEndHasGone() throws Exception {
    try (BuiltinGuest guest = guest(TwinOptions.defaults(), MAC_A, IP_A)) {
      backend.stop();
      assertThrows(
          IOException.class, () -> guest.ping(IP_B, 1, Duration.ZERO, Duration.ofSeconds(20)));
      assertEquals("The back-end closed the connection.", guest.failure().getMessage());
      assertThrows(
          IOException.class, () -> guest.ping(IP_B, 1, Duration.ZERO, Duration.ofSeconds(20)));
    }
  }

  @Test
  void aPingThatNobodyAnswersEnds() throws Exception {
    try (BuiltinGuest guest = guest(TwinOptions.defaults(), MAC_A, IP_A)) {
      PingResult lost = guest.ping(IP_B, 3, Duration.ZERO, Duration.ofMillis(300));
      assertEquals(0, lost.sent());
      assertEquals(0, lost.received());
      assertEquals(-1, lost.bestNanos());
      assertEquals(0, guest.sendUdp(IP_B, 9, 1, 64).sent());
    }
  }

  private BuiltinGuest guest(TwinOptions options, long mac, int ip) throws IOException {
    return BuiltinGuest.start(TwinDevice.start(backend.connect(), null, options), mac, ip);
  }

  private static void awaitUdp(BuiltinGuest guest, long count) throws InterruptedException {
    for (int i = 0; i < 3000 && guest.counters().udpReceived() < count; i++) {
      Thread.sleep(10);
    }
  }

  @Test
  void aStoppedDeviceGoesOnWhereItWas() throws Exception {
    for (TwinOptions options :
        List.of(TwinOptions.defaults(), TwinOptions.defaults().plus(Feature.RING_PACKED))) {
      try (TwinDevice from = TwinDevice.start(backend.connect(), null, options);
          TwinDevice to = TwinDevice.start(backend.connect(), null, options)) {
        for (int round = 0; round < 5; round++) {
          assertEquals(300, exchange(from.net().pair(0), to.net().pair(0), 300, round));
          from.stop();
          to.stop();
          int[] bases = from.bases();
          from.restart();
          to.restart();
          assertArrayEquals(bases, from.bases());
        }
      }
    }
  }

  @Test
  void aLostBackEndIsReplacedAndNoFrameIsSeenTwice() throws Exception {
    for (TwinOptions options :
        List.of(TwinOptions.defaults(), TwinOptions.defaults().plus(Feature.RING_PACKED))) {
      try (TwinDevice from = TwinDevice.start(backend.connect(), null, options);
          TwinDevice to = TwinDevice.start(backend.connect(), null, options)) {
        for (int round = 0; round < 5; round++) {
          assertEquals(200, exchange(from.net().pair(0), to.net().pair(0), 200, round));
          from.reattach(backend.connect());
          to.reattach(backend.connect());
        }
      }
    }
  }

  /** Sends numbered frames one after another; how many came in order. */
  private static int exchange(NetQueue from, NetQueue to, int count, int round) throws IOException {
    MemorySegment frame = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME);
    MemorySegment got = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME);
    NetHeader header = new NetHeader();
    int good = 0;
    for (int i = 0; i < count; i++) {
      int length = 60 + i;
      Packets.ethernet(frame, 0, MAC_B, MAC_A, 0x88b5);
      Stamp.write(frame, 14, length - 14, round * 1000L + i);
      assertTrue(from.transmit(frame, 0, length, null));
      from.flush();
      int received = to.receive(got, 0, header);
      for (int tries = 0; received < 0 && tries < 600; tries++) {
        to.awaitFrame(50);
        received = to.receive(got, 0, header);
      }
      if (received == length && Stamp.check(got, 14, length - 14) == round * 1000L + i) {
        good++;
      }
      while (from.transmitQueue().ring().inFlight() > 0) {
        from.reclaim();
        Thread.onSpinWait();
      }
    }
    return good;
  }

  @Test
  void repeatedFramesArriveWithoutCopying() throws Exception {
    TwinOptions options = TwinOptions.defaults().plus(Feature.IN_ORDER);
    try (TwinDevice from = TwinDevice.start(backend.connect(), null, options);
        TwinDevice to = TwinDevice.start(backend.connect(), null, options)) {
      MemorySegment frame = Arena.ofAuto().allocate(64);
      Packets.ethernet(frame, 0, MAC_B, MAC_A, 0x88b5);
      from.net().pair(0).preload(frame, 64, null);
      int sent = 0;
      int received = 0;
      while (received < 5000) {
        sent += from.net().pair(0).repeat(64, Math.min(32, 5000 - sent));
        received += to.net().pair(0).discard(64);
        to.net().pair(0).flush();
      }
      assertEquals(5000, sent);
      assertEquals(5000 * 64, to.net().pair(0).bytesReceived());
    }
  }

  @Test
  void controlCommandsAreAnsweredOrRefused() throws Exception {
    TwinOptions options = TwinOptions.defaults().plus(Feature.CTRL_VQ);
    try (TwinDevice device = TwinDevice.start(backend.connect(), null, options)) {
      assertEquals(8, device.queues().getLast().index());
      ControlQueue control = device.net().control();
      assertTrue(control.queuePairs(1));
      assertFalse(control.receiveMode(0, true));
      assertFalse(control.macTable(List.of(MAC_A), List.of(MAC_B, MAC_A)));
      for (int i = 0; i < 200; i++) {
        assertTrue(control.queuePairs(1));
      }
    }
  }

  /** What a port was asked, once its session has ended. */
  private List<Integer> requests(int port) throws InterruptedException {
    for (int i = 0; i < 3000 && !backend.port(port).ended; i++) {
      Thread.sleep(10);
    }
    assertTrue(backend.port(port).ended);
    return backend.port(port).requests;
  }

  @Test
  void qemusOrderEnablesBeforeThereIsMemoryAndDpdksAfter() throws Exception {
    TwinDevice.start(backend.connect(), null, TwinOptions.defaults()).close();
    List<Integer> qemu = requests(0);
    assertTrue(
        qemu.indexOf(Request.SET_VRING_ENABLE) < qemu.indexOf(Request.SET_MEM_TABLE),
        qemu.toString());
    TwinOptions dpdkLike =
        TwinOptions.defaults().withOrder(TwinOptions.Order.DPDK, TwinOptions.Kick.EVENTFD);
    TwinDevice.start(backend.connect(), null, dpdkLike).close();
    List<Integer> dpdk = requests(1);
    assertTrue(
        dpdk.indexOf(Request.SET_VRING_ENABLE) > dpdk.indexOf(Request.SET_VRING_KICK),
        dpdk.toString());
    assertEquals(Request.SET_OWNER, dpdk.getFirst());
  }

  @Test
  void whatTheBackEndDoesNotOfferIsNotUsed() throws Exception {
    ModelSwitch poor = new ModelSwitch(Feature.VERSION_1, 0);
    try (TwinDevice device = TwinDevice.start(poor.connect(), null, TwinOptions.defaults())) {
      assertEquals(Feature.VERSION_1, device.features());
      assertEquals(NetHeader.MODERN, device.net().headerBytes());
      assertThrows(IllegalStateException.class, () -> device.net().control());
    }
    assertThrows(
        IOException.class,
        () -> TwinDevice.start(poor.connect(), null, TwinOptions.defaults().withPairs(2)));
    poor.stop();
    assertNull(poor.failure());
  }
}
