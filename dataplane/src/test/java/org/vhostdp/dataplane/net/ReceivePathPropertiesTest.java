package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vhostdp.dataplane.net.NetBed.Received;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Offload;

/** What a driver receives reaches the guest: unchanged, in order, once. */
class ReceivePathPropertiesTest {
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
      assertEquals(gso ? NetHeader.GSO_TCPV4 | (ecn ? NetHeader.GSO_ECN : 0) : 0, header.gsoType);
      assertEquals(gso ? 500 : 0, header.gsoSize);
      assertEquals(gso ? 54 : 0, header.headerLength);
    }
  }
}
