package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Offload;

/** What a guest sends reaches the driver: unchanged, in order, once. */
class TransmitPathPropertiesTest {
  private static final int ROOM = 700;
  private static final int SEGMENTS = 6;
  private static final int MAX_FRAME = ROOM * SEGMENTS;
  private static final byte NEVER = 0x4E;

  record Shape(long features, int size, Layout layout, boolean foreign) {}

  @Provide
  static Arbitrary<Shape> shapes() {
    Arbitrary<Long> features =
        Arbitraries.subsetOf(
                Features.RING_PACKED,
                Features.EVENT_IDX,
                Features.IN_ORDER,
                Features.VERSION_1,
                Features.MRG_RXBUF,
                Features.CSUM | Features.HOST_TSO4 | Features.HOST_USO)
            .map(set -> set.stream().reduce(Features.INDIRECT_DESC, (a, b) -> a | b));
    return Combinators.combine(
            features,
            Arbitraries.of(1, 2, 16, 64, 256),
            Arbitraries.of(Layout.class),
            Arbitraries.of(true, false))
        .as(Shape::new);
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void framesArriveUnchangedInOrderAndOnce(@ForAll("shapes") Shape shape, @ForAll long seed)
      throws Exception {
    try (NetBed bed = new NetBed(shape.layout, shape.size, shape.features)) {
      new Traffic(bed, shape.foreign, new Random(seed)).run(400);
    }
  }

  /** Random frames of all kinds to a driver of many moods, with a record of what must arrive. */
  private static final class Traffic {
    private final NetBed bed;
    private final Random random;
    private final RecordingTx tx;
    private final TransmitPath path;
    private final List<RecordingTx.Sent> expected = new ArrayList<>();
    private int malformed;
    private int tooLong;
    private int refused;
    private int made;
    private int checked;

    Traffic(NetBed bed, boolean foreign, Random random) {
      this.bed = bed;
      this.random = random;
      this.tx = new RecordingTx(ROOM, bed.guestMemory());
      this.path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
      tx.claims = max -> random.nextInt(3) == 0 ? random.nextInt(max + 1) : max;
      tx.accepts = frames -> random.nextInt(3) == 0 ? random.nextInt(frames + 1) : frames;
      tx.refused = frame -> frame[0] == NEVER;
    }

    void run(int goal) {
      while (made < goal) {
        for (int i = random.nextInt(100); i > 0 && send(); i--) {
          made++;
        }
        bed.driver().publish();
        drain();
      }
      assertEquals(refused, bed.count(Name.DROPPED_REFUSED));
      assertEquals(malformed, bed.count(Name.DROPPED_MALFORMED));
      assertEquals(tooLong, bed.count(Name.DROPPED_TOO_LONG));
      assertEquals(expected.size(), bed.count(Name.FRAMES));
      assertEquals(
          expected.stream().mapToLong(sent -> sent.bytes().length).sum(), bed.count(Name.BYTES));
    }

    /** The driver may be full a few times in a row, not for ever. */
    private void drain() {
      int flying = bed.driver().inFlight();
      for (int turns = 0; flying > 0; turns++) {
        assertTrue(turns < 5000, "no progress");
        int n = path.poll();
        assertTrue(n >= 0 && n <= QueueSide.BURST, () -> "" + bed.ring.device().fault());
        assertEquals(0, tx.lentOut(), "nothing is held between turns");
        assertEquals(n, bed.reclaim());
        flying -= n;
      }
      assertEquals(expected.size(), tx.sent.size());
      for (; checked < expected.size(); checked++) {
        int i = checked;
        assertArrayEquals(expected.get(i).bytes(), tx.sent.get(i).bytes());
        assertEquals(expected.get(i).flags(), tx.sent.get(i).flags());
        if (expected.get(i).flags() != 0) {
          assertEquals(expected.get(i).offload(), tx.sent.get(i).offload());
        }
      }
    }

    private boolean send() {
      int kind = random.nextInt(20);
      int length =
          kind == 0
              ? random.nextInt(14)
              : kind == 1
                  ? ROOM + random.nextInt(MAX_FRAME)
                  : 14 + random.nextInt(random.nextBoolean() ? 100 : 1600);
      byte[] frame = NetBed.frame(random, length);
      if (length > 0) {
        frame[0] = kind == 2 ? NEVER : (byte) 1;
      }
      NetHeader header = random.nextInt(3) == 0 ? header(length) : new NetHeader();
      byte[] packet = bed.packet(header, frame);
      if (!bed.send(packet, random.nextInt(4) == 0, cuts(packet.length))) {
        return false;
      }
      expect(header, frame);
      return true;
    }

    /** Buffers of any sizes; the header in one of its own, in several, or with the payload. */
    private int[] cuts(int bytes) {
      int most = Math.min(bed.driver().size(), Math.min(bytes, 9)) - 1;
      int n = random.nextInt(4) == 0 ? 0 : random.nextInt(most + 1);
      int[] cuts = new int[n];
      int left = bytes;
      for (int i = 0; i < n; i++) {
        int spare = left - (n - i);
        cuts[i] =
            i == 0 && spare >= 12 && random.nextBoolean()
                ? 12
                : 1 + random.nextInt(Math.min(spare, random.nextBoolean() ? 8 : 900));
        left -= cuts[i];
      }
      return cuts;
    }

    private NetHeader header(int length) {
      NetHeader header = new NetHeader();
      if (random.nextInt(4) != 0) {
        header.checksum(random.nextInt(length + 1), random.nextInt(20));
      }
      header.flags |= random.nextInt(4) == 0 ? NetHeader.DATA_VALID : 0;
      if (random.nextBoolean()) {
        int[] types = {1, 3, 4, 5, 0x81, 0x84, 0x83, 0x85, 0x80, 2, 6, 0x7F, 0xFF};
        int type = types[random.nextInt(random.nextBoolean() ? 4 : types.length)];
        header.segment(type, random.nextInt(100), random.nextInt(3) * 500);
      }
      return header;
    }

    /** What the specification makes of the frame; written without a look at the code. */
    private void expect(NetHeader header, byte[] frame) {
      if (frame.length < 14) {
        malformed++;
        return;
      }
      if (frame.length > MAX_FRAME) {
        tooLong++;
        return;
      }
      int flags = offloads(header, frame.length);
      if (flags < 0) {
        malformed++;
      } else if (frame[0] == NEVER) {
        refused++;
      } else {
        long numbers =
            Offload.pack(header.csumStart, header.csumOffset, header.gsoSize, header.headerLength);
        expected.add(new RecordingTx.Sent(frame, flags, numbers));
      }
    }

    private int offloads(NetHeader header, int length) {
      boolean offered = (bed.ring.features() & Features.CSUM) != 0;
      if (Features.txOffloads(bed.ring.features()) == 0) {
        return 0;
      }
      boolean checksum = (header.flags & NetHeader.NEEDS_CSUM) != 0;
      if (checksum && (!offered || header.csumStart + header.csumOffset + 2 > length)) {
        return -1;
      }
      int flags = checksum ? Offload.CSUM_PARTIAL : 0;
      return switch (header.gsoType) {
        case NetHeader.GSO_NONE -> flags;
        case NetHeader.GSO_TCPV4 -> checksum && header.gsoSize > 0 ? flags | Offload.GSO_TCP4 : -1;
        case NetHeader.GSO_UDP_L4 -> checksum && header.gsoSize > 0 ? flags | Offload.GSO_USO : -1;
        default -> -1;
      };
    }
  }
}
