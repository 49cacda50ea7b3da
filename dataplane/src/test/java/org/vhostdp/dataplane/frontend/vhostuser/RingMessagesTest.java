package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Memfd;

/** SET_VRING_NUM, ADDR, BASE, KICK, CALL, ERR and ENABLE, one ring by hand. */
class RingMessagesTest {
  private static final long BASE = Feature.VERSION_1 | Feature.PROTOCOL_FEATURES;
  private static final int TX = 1;
  private static final int SIZE = 64;

  private PortBed bed;
  private TwinMemory memory;
  private EventFd event;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
    memory = TwinMemory.create(1 << 20, 1);
    event = EventFd.create();
  }

  @AfterEach
  void close() {
    event.close();
    bed.close();
    memory.close();
  }

  private boolean running(int ring) {
    return bed.port().status().rings().get(ring).running();
  }

  private Talk ready(long features) throws IOException {
    Talk talk = bed.talk().negotiated();
    talk.client.setFeatures(features);
    talk.client.setMemTable(memory.regions());
    return talk;
  }

  private byte[] addresses(DriverRing ring) {
    return Talk.address(
        TX,
        memory.userAddress(ring.descriptorAddress()),
        memory.userAddress(ring.deviceAddress()),
        memory.userAddress(ring.driverAddress()));
  }

  /** A chain of one frame's header and 60 bytes. */
  private void add(DriverRing ring) {
    assertTrue(ring.add(memory.allocate(72, 8), 72, false) >= 0);
    ring.publish();
  }

  private void awaitUsed(DriverRing ring, String what) {
    PortBed.await(what, ring::nextUsed);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 255, 32769, 65536, 0x10000100, Integer.MIN_VALUE, -1})
  void anIllegalSizeOfASplitRingIsRefused(int size) throws IOException {
    try (Talk talk = ready(BASE)) {
      talk.accepted(Request.SET_VRING_NUM, Talk.state(TX, 128));
      talk.refused(Request.SET_VRING_NUM, Talk.state(TX, size));
      assertEquals(128, bed.port().status().rings().get(TX).size());
    }
  }

  @Test
  void legalSizesAreTaken() throws IOException {
    try (Talk talk = ready(BASE)) {
      for (int size = 1; size <= 32768; size *= 2) {
        talk.accepted(Request.SET_VRING_NUM, Talk.state(TX, size));
      }
    }
    try (Talk talk = ready(BASE | Feature.RING_PACKED)) {
      for (int size : new int[] {1, 3, 100, 32767, 32768}) {
        talk.accepted(Request.SET_VRING_NUM, Talk.state(TX, size));
      }
      talk.refused(Request.SET_VRING_NUM, Talk.state(TX, 0));
      talk.refused(Request.SET_VRING_NUM, Talk.state(TX, 32769));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 255, 256, 0x10001, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void aRingThatIsNotThereIsRefused(int index) throws IOException {
    try (Talk talk = ready(BASE)) {
      Leaks before = Leaks.now();
      talk.refused(Request.SET_VRING_NUM, Talk.state(index, 64));
      talk.refused(Request.SET_VRING_BASE, Talk.state(index, 0));
      talk.refused(Request.GET_VRING_BASE, Talk.state(index, 0));
      talk.refused(Request.SET_VRING_ENABLE, Talk.state(index, 1));
      talk.refused(Request.SET_VRING_ADDR, Talk.address(index, 0, 0, 0));
      if ((index & 0xFF) > 2) {
        long word = index & 0xFFL;
        talk.refused(Request.SET_VRING_KICK, Talk.u64(word), event.fd());
        talk.refused(Request.SET_VRING_CALL, Talk.u64(word), event.fd());
        talk.refused(Request.SET_VRING_ERR, Talk.u64(word), event.fd());
        talk.refused(Request.SET_VRING_KICK, Talk.u64(word | 0x100));
      }
      before.awaitSame("afterwards");
      talk.fatal(Request.SET_VRING_NUM, Talk.state(index, 64));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Request.SET_VRING_KICK, Request.SET_VRING_CALL, Request.SET_VRING_ERR})
  void aDescriptorComesExactlyIfTheMessageSaysSo(int request) throws IOException {
    try (Talk talk = ready(BASE)) {
      Leaks before = Leaks.now();
      talk.refused(request, Talk.u64(TX));
      talk.refused(request, Talk.u64(TX | 0x100), event.fd());
      talk.refused(request, Talk.u64(TX), event.fd(), event.fd());
      before.awaitSame("afterwards");
      talk.accepted(request, Talk.u64(TX), event.fd());
      talk.accepted(request, Talk.u64(TX), event.fd());
      assertEquals(before.owned() + 1, Fd.openCount(), "the former one is closed");
      talk.accepted(request, Talk.u64(TX | 0x100));
      before.awaitSame("afterwards");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED})
  void addressesOutsideMemoryOrMisalignedStopOnlyTheRing(long layout) throws IOException {
    try (Talk talk = ready(BASE | layout)) {
      DriverRing ring = DriverRing.create(memory, SIZE, BASE | layout);
      talk.accepted(Request.SET_VRING_NUM, Talk.state(TX, SIZE));
      talk.accepted(Request.SET_VRING_ENABLE, Talk.state(TX, 1));
      talk.accepted(Request.SET_VRING_KICK, Talk.u64(TX), event.fd());
      long d = memory.userAddress(ring.descriptorAddress());
      long u = memory.userAddress(ring.deviceAddress());
      long a = memory.userAddress(ring.driverAddress());
      long end = memory.userAddress(0) + memory.regions().get(0).size();
      long[][] bad = {
        {d + 8, u, a},
        {d, u + 2, a},
        {d, u, a + 1},
        {0, u, a},
        {d, 0, a},
        {d, u, 0},
        {end - 16 * SIZE + 16, u, a},
        {d, end - 2, a},
        {d, u, end - 2},
        {end, u, a},
        {-16, u, a},
        {d, -4, a},
        {d, u, -4},
        {Long.MIN_VALUE, u, a},
        {memory.regions().get(0).guestPhysical(), u, a},
      };
      for (long[] where : bad) {
        talk.refused(Request.SET_VRING_ADDR, Talk.address(TX, where[0], where[1], where[2]));
        assertFalse(running(TX));
      }
      talk.accepted(Request.SET_VRING_ADDR, addresses(ring));
      assertTrue(running(TX));
      add(ring);
      event.signal();
      awaitUsed(ring, "a frame after the good addresses");
      talk.refused(Request.SET_VRING_ADDR, Talk.address(TX, d + 8, u, a));
      assertFalse(running(TX), "addresses may come again while running");
      talk.accepted(Request.SET_VRING_ADDR, addresses(ring));
      add(ring);
      event.signal();
      awaitUsed(ring, "a frame after the addresses came again");
    }
  }

  @Test
  void aRingRunsInWhateverOrderItWasSetUp() throws IOException {
    long seed = 20_260_101;
    for (int round = 0; round < 60; round++) {
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 4, 5));
      Random random = new Random(seed + round);
      Collections.shuffle(order, random);
      // A base is refused once the ring runs, so it is never last.
      order.add(random.nextInt(5), 3);
      memory.reset();
      DriverRing ring = DriverRing.create(memory, SIZE, BASE);
      add(ring);
      try (Talk talk = bed.talk().negotiated();
          EventFd kick = EventFd.create()) {
        talk.client.setFeatures(BASE);
        // The kick came before anything was there to hear it; the ring is looked at all the same.
        for (int step : order) {
          switch (step) {
            case 0 -> talk.client.setMemTable(memory.regions());
            case 1 -> talk.client.setVringNum(TX, SIZE);
            case 2 -> talk.accepted(Request.SET_VRING_ADDR, addresses(ring));
            case 3 -> talk.client.setVringBase(TX, 0);
            case 4 -> talk.client.setVringKick(TX, kick.fd());
            default -> talk.client.setVringEnable(TX, true);
          }
        }
        awaitUsed(ring, "order " + order);
        add(ring);
        kick.signal();
        awaitUsed(ring, "after a kick, order " + order);
      }
    }
  }

  @Test
  void theKickDescriptorIsReplacedLive() throws IOException {
    try (Talk talk = ready(BASE);
        EventFd second = EventFd.create()) {
      DriverRing ring = start(talk);
      add(ring);
      event.signal();
      awaitUsed(ring, "the first kick");
      Leaks before = Leaks.now();
      talk.accepted(Request.SET_VRING_KICK, Talk.u64(TX), second.fd());
      before.awaitSame("afterwards");
      for (int i = 0; i < 20; i++) {
        PortBed.pause(1);
        add(ring);
        second.signal();
        awaitUsed(ring, "kick " + i + " of the second descriptor");
      }
    }
  }

  private DriverRing start(Talk talk) throws IOException {
    DriverRing ring = DriverRing.create(memory, SIZE, BASE);
    talk.client.setVringNum(TX, SIZE);
    talk.accepted(Request.SET_VRING_ADDR, addresses(ring));
    talk.client.setVringBase(TX, 0);
    talk.client.setVringEnable(TX, true);
    talk.accepted(Request.SET_VRING_KICK, Talk.u64(TX), event.fd());
    assertTrue(running(TX));
    return ring;
  }

  @Test
  void withoutAKickDescriptorTheRingIsPolled() throws IOException {
    try (Talk talk = ready(BASE)) {
      DriverRing ring = start(talk);
      talk.accepted(Request.SET_VRING_KICK, Talk.u64(TX | 0x100));
      for (int i = 0; i < 20; i++) {
        PortBed.pause(1);
        add(ring);
        awaitUsed(ring, "frame " + i + " without a kick");
      }
    }
  }

  @Test
  void aKickThatCannotBeWatchedIsRefused() throws IOException {
    try (Talk talk = ready(BASE);
        Fd file = Memfd.create("no event", 4096)) {
      DriverRing ring = start(talk);
      Leaks before = Leaks.now();
      talk.refused(Request.SET_VRING_KICK, Talk.u64(TX), file);
      assertFalse(running(TX));
      talk.accepted(Request.SET_VRING_KICK, Talk.u64(TX), event.fd());
      before.awaitSame("afterwards");
      add(ring);
      event.signal();
      awaitUsed(ring, "a frame after the good descriptor");
    }
  }

  @Test
  void disabledRingsStandStill() throws IOException {
    try (Talk talk = ready(BASE)) {
      DriverRing ring = start(talk);
      for (int i = 0; i < 20; i++) {
        talk.client.setVringEnable(TX, false);
        assertFalse(running(TX));
        add(ring);
        event.signal();
        PortBed.pause(2);
        assertFalse(ring.nextUsed(), "a disabled ring was served");
        talk.client.setVringEnable(TX, true);
        awaitUsed(ring, "the kick that came while it was disabled, round " + i);
      }
    }
  }

  @Test
  void theBaseIsRefusedOnlyWhileTheRingRuns() throws IOException {
    try (Talk talk = ready(BASE)) {
      start(talk);
      talk.refused(Request.SET_VRING_BASE, Talk.state(TX, 5));
      assertEquals(0, talk.client.getVringBase(TX));
      talk.accepted(Request.SET_VRING_BASE, Talk.state(TX, 5));
      assertEquals(5, talk.client.getVringBase(TX));
    }
  }
}
