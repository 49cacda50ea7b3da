package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vhostdp.dataplane.net.NetBed.Received;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Offload;

/** What a driver receives reaches the guest: unchanged, in order, once. */
class ReceivePathTest {
  private static final int ROOM = 2048;
  private static final int MAX_FRAME = 6000;

  record Shape(long features, int size, Layout layout, boolean foreign) {}

  @Provide
  Arbitrary<Shape> shapes() {
    Arbitrary<Long> features =
        Arbitraries.subsetOf(
                Features.RING_PACKED,
                Features.EVENT_IDX,
                Features.IN_ORDER,
                Features.VERSION_1,
                Features.MRG_RXBUF,
                Features.GUEST_CSUM,
                Features.GUEST_TSO4 | Features.GUEST_ECN)
            .map(set -> set.stream().reduce(Features.INDIRECT_DESC, (a, b) -> a | b));
    return Combinators.combine(
            features,
            Arbitraries.of(16, 64, 256),
            Arbitraries.of(Layout.class),
            Arbitraries.of(true, false))
        .as(Shape::new);
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void framesArriveUnchangedInOrderAndOnce(@ForAll("shapes") Shape shape, @ForAll long seed)
      throws Exception {
    try (NetBed bed = new NetBed(shape.layout, shape.size, shape.features)) {
      new Traffic(bed, shape.foreign, new Random(seed)).run(300);
    }
  }

  /** Frames from the driver and buffers from the guest come at random times. */
  private static final class Traffic {
    private final NetBed bed;
    private final boolean foreign;
    private final boolean mergeable;
    private final Random random;
    private final FeedingRx rx;
    private final ReceivePath path;

    /** Frames fed and not yet seen by the guest or dropped. */
    private final ArrayDeque<FeedingRx.Frame> flying = new ArrayDeque<>();

    /** Bytes of each chain that the guest has offered and not taken back. */
    private final ArrayDeque<Integer> offered = new ArrayDeque<>();

    private boolean lastSmall;
    private int arrived;
    private int tooLong;
    private int badOffload;

    Traffic(NetBed bed, boolean foreign, Random random) {
      this.bed = bed;
      this.foreign = foreign;
      this.mergeable = (bed.ring.features() & Features.MRG_RXBUF) != 0;
      this.random = random;
      this.rx = new FeedingRx(ROOM, bed.guestMemory());
      this.path = bed.receive(rx, MAX_FRAME, foreign);
    }

    void run(int goal) {
      int fed = 0;
      for (int turns = 0; fed < goal || !flying.isEmpty(); turns++) {
        assertTrue(turns < 20 * goal, "no progress");
        for (int i = random.nextInt(20); i > 0 && fed < goal; i--, fed++) {
          feed();
        }
        for (int i = random.nextInt(20); i > 0 && post(); i--) {
          bed.driver().publish();
        }
        int n = path.poll();
        assertTrue(n >= 0 && n <= QueueSide.BURST, () -> "" + bed.ring.device().fault());
        take();
      }
      for (int turns = 0; !rx.waiting.isEmpty() || rx.lentOut() > 0; turns++) {
        assertTrue(turns < goal, "frames to be dropped stay");
        path.poll();
      }
      assertEquals(arrived, bed.count(Name.FRAMES));
      assertEquals(tooLong, bed.count(Name.DROPPED_TOO_LONG));
      assertEquals(badOffload, bed.count(Name.DROPPED_OFFLOAD));
      assertFalse(path.starved());
    }

    private void feed() {
      int length = 14 + random.nextInt(random.nextInt(3) == 0 ? MAX_FRAME - 14 : 200);
      byte[] frame = NetBed.frame(random, length);
      int flags = random.nextInt(3) == 0 ? Offload.CSUM_VALID : 0;
      // A driver of foreign frames was told what it may use: it gives nothing else.
      long can = foreign ? bed.ring.features() : -1;
      if (random.nextInt(3) == 0 && (can & Features.GUEST_CSUM) != 0) {
        flags |= Offload.CSUM_PARTIAL;
        if (random.nextBoolean() && (can & Features.GUEST_TSO4) != 0) {
          flags |= Offload.GSO_TCP4 | (random.nextBoolean() ? Offload.GSO_ECN : 0);
        }
      }
      long numbers = Offload.pack(random.nextInt(100), random.nextInt(20), 500, 54);
      rx.feed(frame, flags, numbers);
      flying.add(rx.waiting.peekLast());
    }

    /** Offers a chain. A full ring holds the longest frame, or it would wait for ever. */
    private boolean post() {
      int parts = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 1;
      int[] lengths = new int[parts];
      for (int i = 0; i < parts; i++) {
        lengths[i] = 1 + random.nextInt(20);
      }
      boolean small = !lastSmall && random.nextInt(mergeable ? 2 : 20) == 0;
      small &= bed.driver().size() > 16;
      lengths[random.nextInt(parts)] += small ? 30 : mergeable ? 2000 : MAX_FRAME;
      if (offered.size() > 60 || !bed.post(random.nextInt(4) == 0, lengths)) {
        return false;
      }
      offered.add(Arrays.stream(lengths).sum());
      lastSmall = small;
      return true;
    }

    private void take() {
      for (Received received : bed.received()) {
        skipDropped();
        FeedingRx.Frame frame = flying.poll();
        assertArrayEquals(frame.bytes(), received.bytes());
        checkHeader(frame, received.header());
        int room = 0;
        for (int i = 0; i < received.header().numBuffers; i++) {
          assertTrue(room < bed.headerBytes + frame.bytes().length, "a buffer too many");
          room += offered.poll();
        }
        arrived++;
      }
      if (!offered.isEmpty()) {
        skipDropped();
      }
    }

    /** Frames at the head that the guest can never see, as things stand. */
    private void skipDropped() {
      while (!flying.isEmpty()) {
        FeedingRx.Frame frame = flying.peek();
        int kind = frame.flags() & (Offload.CSUM_PARTIAL | Offload.GSO_ANY | Offload.GSO_ECN);
        if ((kind & ~Features.rxOffloads(bed.ring.features())) != 0) {
          badOffload++;
        } else if (!mergeable
            && !offered.isEmpty()
            && offered.peek() < bed.headerBytes + frame.bytes().length) {
          tooLong++;
        } else {
          return;
        }
        flying.poll();
      }
    }

    private void checkHeader(FeedingRx.Frame frame, NetHeader header) {
      boolean checksum = (frame.flags() & Offload.CSUM_PARTIAL) != 0;
      boolean guestChecksum = (bed.ring.features() & Features.GUEST_CSUM) != 0;
      boolean valid = (frame.flags() & Offload.CSUM_VALID) != 0 && guestChecksum && !checksum;
      assertEquals(
          checksum ? NetHeader.NEEDS_CSUM : valid ? NetHeader.DATA_VALID : 0, header.flags);
      assertEquals(checksum ? Offload.csumStart(frame.offload()) : 0, header.csumStart);
      assertEquals(checksum ? Offload.csumOffset(frame.offload()) : 0, header.csumOffset);
      boolean gso = (frame.flags() & Offload.GSO_TCP4) != 0;
      boolean ecn = (frame.flags() & Offload.GSO_ECN) != 0;
      assertEquals(
          gso ? NetHeader.GSO_TCPV4 | (ecn ? NetHeader.GSO_ECN : 0) : 0, header.gsoType);
      assertEquals(gso ? 500 : 0, header.gsoSize);
      assertEquals(gso ? 54 : 0, header.headerLength);
    }
  }

  // ---- One case each -----------------------------------------------------------------------------

  private static final long PLAIN = Features.VERSION_1 | Features.INDIRECT_DESC;
  private static final long MERGEABLE = PLAIN | Features.MRG_RXBUF;

  private final Random random = new Random(9);

  private List<byte[]> feed(FeedingRx rx, int count, int length) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(NetBed.frame(random, length));
      rx.feed(frames.getLast(), 0, 0);
    }
    return frames;
  }

  private static void assertReceived(List<byte[]> frames, List<Received> received) {
    assertEquals(frames.size(), received.size());
    for (int i = 0; i < frames.size(); i++) {
      assertArrayEquals(frames.get(i), received.get(i).bytes());
    }
  }

  @Example
  void aStarvedGuestLosesNothing() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 256, MERGEABLE)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
        List<byte[]> frames = feed(rx, 100, 60);
        for (int i = 0; i < 5; i++) {
          assertEquals(0, path.poll());
          assertTrue(path.starved());
        }
        assertEquals(5, bed.count(Name.STARVED));
        List<Received> received = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          bed.post(false, 100);
          bed.driver().publish();
          assertEquals(1, path.poll());
          received.addAll(bed.received());
        }
        assertReceived(frames, received);
        assertEquals(0, path.poll());
        assertEquals(0, rx.lentOut());
      }
    }
  }

  @Example
  void aGroupTooShortIsNotBegun() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      List<byte[]> frames = feed(rx, 1, 1000);
      bed.post(false, 400);
      bed.post(false, 400);
      bed.driver().publish();
      assertEquals(0, path.poll());
      assertTrue(path.starved());
      assertFalse(bed.driver().nextUsed(), "nothing of the group is published");
      bed.post(false, 400);
      bed.driver().publish();
      assertEquals(1, path.poll());
      List<Received> received = bed.received();
      assertReceived(frames, received);
      assertEquals(3, received.getFirst().header().numBuffers);
    }
  }

  @Example
  void aFrameThatAWholeRingCannotHoldIsDropped() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      feed(rx, 1, 16 * 20);
      List<byte[]> next = feed(rx, 1, 16 * 20 - 12);
      for (int i = 0; i < 16; i++) {
        bed.post(false, 20);
      }
      bed.driver().publish();
      assertEquals(2, path.poll());
      assertEquals(1, bed.count(Name.DROPPED_TOO_LONG));
      assertReceived(next, bed.received());
    }
  }

  @Example
  void aFrameTooLongForOneBufferIsDroppedAndTheNextOneArrives() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
        feed(rx, 1, 100);
        List<byte[]> next = feed(rx, 1, 99);
        bed.post(false, 12 + 99);
        bed.driver().publish();
        assertEquals(2, path.poll());
        assertEquals(1, bed.count(Name.DROPPED_TOO_LONG));
        assertReceived(next, bed.received());
      }
    }
  }

  @Example
  void aBufferThatHoldsNoMoreThanTheHeaderStopsNobody() throws Exception {
    for (int room : new int[] {1, 11, 12}) {
      for (boolean foreign : new boolean[] {false, true}) {
        try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN)) {
          FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
          ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
          feed(rx, 3, 100);
          bed.post(false, room);
          bed.driver().publish();
          assertEquals(3, path.poll(), "dropped, not left with the driver for ever");
          assertEquals(3, bed.count(Name.DROPPED_TOO_LONG));
        }
      }
    }
  }

  @Example
  void foreignFramesAreNotCopied() throws Exception {
    for (long features : new long[] {PLAIN, MERGEABLE}) {
      try (NetBed bed = new NetBed(Layout.ADJACENT, 64, features)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, 1500, true);
        List<byte[]> frames = feed(rx, 20, 1500);
        for (int i = 0; i < 30; i++) {
          bed.post(false, 12, 1500);
        }
        bed.driver().publish();
        assertEquals(20, path.poll());
        assertEquals(20, rx.direct);
        assertReceived(frames, bed.received());
      }
    }
  }

  @Example
  void heldFramesGoBackToTheDriver() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      feed(rx, 10, 60);
      bed.post(false, 100);
      bed.driver().publish();
      assertEquals(1, path.poll());
      assertEquals(9, rx.lentOut());
      path.abandon();
      assertEquals(0, rx.lentOut());
    }
  }

  @Example
  void cve2019x3900OneTurnHasABudget() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 256, MERGEABLE)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, 100, foreign);
        feed(rx, 200, 60);
        for (int i = 0; i < 256; i++) {
          bed.post(false, 150);
        }
        bed.driver().publish();
        assertEquals(QueueSide.BURST, path.poll());
      }
    }
  }
}
