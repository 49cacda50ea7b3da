package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.linux.EventFd;

/** SET_VRING_BASE and GET_VRING_BASE: where a ring stops is where it goes on. */
class RingBaseTest {
  private static final long BASE = Feature.VERSION_1 | Feature.PROTOCOL_FEATURES;
  private static final int TX = 1;
  private static final int SIZE = 64;
  private static final int WRAP = 0x8000;

  private PortBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
  }

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 100, 128, 700})
  void aSplitRingStopsBehindWhatItUsed(int frames) throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().withRingSize(64))) {
      Echo.check(guest.net().pair(0), frames);
      assertEquals(frames, guest.client().getVringBase(1));
      assertEquals(frames, guest.client().getVringBase(0));
      assertEquals(frames, guest.client().getVringBase(0), "asked again");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 32768", "1, 32769", "63, 32831", "64, 0", "100, 36", "128, 32768", "700, 32828"})
  void aPackedRingStopsWithBothHalvesEqual(int frames, int half) throws IOException {
    TwinOptions options = TwinOptions.defaults().plus(Feature.RING_PACKED).withRingSize(64);
    try (TwinDevice guest = bed.guest("p", options)) {
      Echo.check(guest.net().pair(0), frames);
      assertEquals(half | half << 16, guest.client().getVringBase(1));
      assertEquals(half | half << 16, guest.client().getVringBase(0));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED, Feature.RING_PACKED | Feature.IN_ORDER})
  void ringsGoOnWhereTheyStopped(long layout) throws IOException {
    for (TwinOptions.Order order : TwinOptions.Order.values()) {
      TwinOptions options =
          TwinOptions.defaults()
              .plus(layout)
              .withRingSize(64)
              .withOrder(order, TwinOptions.Kick.EVENTFD);
      try (TwinDevice guest = bed.guest("p", options)) {
        Echo echo = new Echo(guest.net().pair(0));
        for (int i = 0; i < 10; i++) {
          echo.run(37 * i);
          guest.stop();
          guest.restart();
        }
        echo.run(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED})
  void nothingIsWrittenOnceARingHasStopped(long layout) throws Exception {
    bed.serve(PortBed.spec("wire", 1), WirePeer.end("stop"));
    AtomicBoolean over = new AtomicBoolean();
    try (TwinDevice guest = bed.guest("wire", TwinOptions.defaults().plus(layout));
        WirePeer peer = WirePeer.join("stop")) {
      Thread traffic = Thread.ofPlatform().start(() -> flood(peer, over));
      try {
        for (int round = 0; round < 10; round++) {
          PortBed.await("frames", () -> guest.net().pair(0).discard(256) > 0);
          guest.net().pair(0).flush();
          PortBed.pause(5);
          // A ring that runs on may be written to by the thread that serves both.
          guest.client().getVringBase(1);
          guest.client().getVringBase(0);
          assertFalse(guest.net().pair(0).receiveQueue().errorSignalled());
          byte[] before = contents(guest.memory());
          PortBed.pause(20);
          long at =
              MemorySegment.ofArray(before)
                  .mismatch(MemorySegment.ofArray(contents(guest.memory())));
          assertEquals(-1, at, "guest memory changed after the ring had stopped");
          guest.stop();
          guest.restart();
        }
      } finally {
        over.set(true);
        traffic.join();
      }
    }
  }

  private static void flood(WirePeer peer, AtomicBoolean over) {
    while (!over.get()) {
      if (!peer.send(new byte[200])) {
        PortBed.pause(1);
      }
    }
  }

  private static byte[] contents(TwinMemory memory) {
    var region = memory.regions().get(0);
    return memory.read(region.guestPhysical(), (int) region.size());
  }

  /** One ring by hand. */
  private final class Hand implements AutoCloseable {
    final Talk talk;
    final TwinMemory memory = TwinMemory.create(1 << 20, 1);
    final EventFd kick = EventFd.create();
    final DriverRing ring;

    Hand(long features) throws IOException {
      talk = bed.talk().negotiated();
      talk.client.setFeatures(features);
      talk.client.setMemTable(memory.regions());
      ring = DriverRing.create(memory, SIZE, features);
    }

    void start(int base) throws IOException {
      talk.client.setVringNum(TX, SIZE);
      talk.client.setVringBase(TX, base);
      talk.accepted(
          Request.SET_VRING_ADDR,
          Talk.address(
              TX,
              memory.userAddress(ring.descriptorAddress()),
              memory.userAddress(ring.deviceAddress()),
              memory.userAddress(ring.driverAddress())));
      talk.client.setVringEnable(TX, true);
      talk.client.setVringKick(TX, kick.fd());
    }

    void frames(int count) {
      for (int i = 0; i < count; i++) {
        assertTrue(ring.add(memory.allocate(72, 8), 72, false) >= 0);
        ring.publish();
        kick.signal();
        PortBed.await("frame " + i, ring::nextUsed);
      }
    }

    @Override
    public void close() {
      talk.close();
      kick.close();
      memory.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, WRAP, WRAP | WRAP << 16})
  void aNewPackedRingStartsAtEachFrontEndsIdeaOfTheBeginning(int base) throws IOException {
    // User-mode Linux says 0, DPDK the available half only, QEMU both halves.
    try (Hand hand = new Hand(BASE | Feature.RING_PACKED)) {
      hand.start(base);
      hand.frames(100);
      assertEquals(36 | 36 << 16, hand.talk.client.getVringBase(TX));
    }
  }

  @Test
  void aPackedRingGoesOnFromTheAvailableHalfAlone() throws IOException {
    try (Hand hand = new Hand(BASE | Feature.RING_PACKED)) {
      int base = WRAP;
      for (int i = 1; i <= 10; i++) {
        hand.start(base & 0xFFFF);
        hand.frames(25);
        base = hand.talk.client.getVringBase(TX);
        int at = 25 * i % SIZE;
        int wrap = 25 * i / SIZE % 2 == 0 ? WRAP : 0;
        assertEquals(at | wrap, base & 0xFFFF);
        assertEquals(base & 0xFFFF, base >>> 16);
      }
    }
  }

  @Test
  void aBaseIsKeptUntilTheRingStarts() throws IOException {
    try (Hand hand = new Hand(BASE)) {
      for (int base : new int[] {0, 1, 65_530, 65_535}) {
        hand.talk.client.setVringBase(TX, base);
        assertEquals(base, hand.talk.client.getVringBase(TX));
      }
    }
  }
}
