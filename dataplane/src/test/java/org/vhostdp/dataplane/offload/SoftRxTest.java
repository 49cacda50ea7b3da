package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.spi.Offload;

/** Offloads that a guest does not take are undone; all else passes. */
class SoftRxTest {
  private static final int EVERYTHING = SoftRxBed.CHECKSUMS | Offload.GSO_ANY | Offload.GSO_ECN;

  private static final int ALL_FLAGS = LargeFrame.FIN | LargeFrame.PSH | LargeFrame.ACK;

  private static SoftRxBed takingNothing(long seed) {
    return new SoftRxBed(seed, 0, EVERYTHING, 0, false);
  }

  private static LargeFrame random(Random random, int most) {
    return new LargeFrame(
        random.nextInt(3),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(11),
        random.nextInt(11),
        random.nextInt(256),
        random.nextInt(most));
  }

  private static Received large(LargeFrame frame, byte[] bytes, int size) {
    int flags = frame.offload() | Offload.CSUM_PARTIAL;
    return new Received(bytes, flags, numbers(frame, size), 0);
  }

  private static long numbers(LargeFrame frame, int size) {
    return Offload.pack(frame.transport(), frame.tcp() ? 16 : 6, size, 0);
  }

  @Property(tries = 300)
  void aGuestThatTakesNothingGetsWhatTheWireWouldHaveCarried(@ForAll long seed) {
    Random random = new Random(seed);
    SoftRxBed bed = takingNothing(seed);
    List<byte[]> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int kind = random.nextInt(3);
      LargeFrame frame = random(random, kind == 0 ? 60_000 : 1200);
      byte[] bytes = frame.bytes(random);
      int size = kind == 0 ? 200 + random.nextInt(1000) : 1200;
      if (kind == 2) {
        bed.feed(bytes);
        expected.add(bytes);
      } else if (kind == 1) {
        bed.below.waiting.add(new Received(bytes, Offload.CSUM_PARTIAL, numbers(frame, 0), 0));
        expected.add(completed(frame, bytes));
      } else {
        bed.below.waiting.add(large(frame, bytes, size));
        expected.addAll(frame.cut(bytes, size));
      }
    }
    if (random.nextBoolean()) {
      bed.below.room = 4000;
    }
    List<Received> all = bed.all();
    assertEquals(expected.size(), all.size());
    for (int i = 0; i < all.size(); i++) {
      assertArrayEquals(expected.get(i), all.get(i).bytes(), "frame " + i);
      assertEquals(0, all.get(i).flags());
    }
  }

  /** All but the transport checksum stays, also an IP header that says something else. */
  private static byte[] completed(LargeFrame frame, byte[] bytes) {
    byte[] whole = bytes.clone();
    int field = frame.transport() + (frame.tcp() ? 16 : 6);
    int sum = ~PlainChecksum.sum(bytes, frame.transport(), bytes.length - frame.transport());
    boolean none = !frame.tcp() && (sum & 0xFFFF) == 0;
    ByteBuffer.wrap(whole).putShort(field, (short) (none ? 0xFFFF : sum));
    return whole;
  }

  @Example
  void whatTheGuestTakesIsGivenWhereItLies() {
    LargeFrame frame = new LargeFrame(1, false, true, 0, 3, ALL_FLAGS, 9000);
    int taken = SoftRxBed.CHECKSUMS | Offload.GSO_TCP4;
    SoftRxBed bed = new SoftRxBed(1, 32, EVERYTHING, taken, false);
    Received large = large(frame, frame.bytes(new Random(1)), 1448);
    bed.below.waiting.add(large);
    bed.below.room = 4000;
    Received given = bed.all().getFirst();
    assertArrayEquals(large.bytes(), given.bytes());
    assertEquals(large.flags(), given.flags());
    assertEquals(large.offload(), given.offload());
    assertEquals(0, bed.counted(Name.FALLBACK_SEGMENTATION));
  }

  @Example
  void congestionThatTheGuestDoesNotTakeIsCut() {
    LargeFrame frame = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK | 128, 3000);
    byte[] bytes = frame.bytes(new Random(2));
    int taken = SoftRxBed.CHECKSUMS | Offload.GSO_TCP4;
    SoftRxBed bed = new SoftRxBed(2, 32, EVERYTHING, taken, true);
    int flags = Offload.GSO_TCP4 | Offload.GSO_ECN | Offload.CSUM_PARTIAL | Offload.VLAN;
    bed.below.waiting.add(new Received(bytes, flags, numbers(frame, 1000), 55));
    List<Received> all = bed.all();
    assertEquals(3, all.size());
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(frame.cut(bytes, 1000).get(i), all.get(i).bytes());
      assertEquals(Offload.VLAN | Offload.CSUM_VALID, all.get(i).flags());
      assertEquals(55, all.get(i).vlan());
    }
  }

  @Example
  void everythingIsCounted() {
    SoftRxBed bed = takingNothing(3);
    LargeFrame frame = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 3000);
    byte[] bytes = frame.bytes(new Random(3));
    bed.below.waiting.add(large(frame, bytes, 1000));
    bed.below.waiting.add(new Received(bytes, Offload.CSUM_PARTIAL, numbers(frame, 0), 0));
    bed.below.waiting.add(large(frame, bytes, 1000));
    assertEquals(7, bed.all().size());
    assertEquals(2, bed.counted(Name.FALLBACK_SEGMENTATION));
    assertEquals(1, bed.counted(Name.FALLBACK_CHECKSUM));
  }

  private static void assertDropped(Name reason, Received frame) {
    SoftRxBed bed = takingNothing(4);
    byte[] last = new byte[60];
    bed.below.waiting.add(frame);
    bed.feed(last);
    List<Received> all = bed.all();
    assertEquals(1, all.size());
    assertArrayEquals(last, all.getFirst().bytes(), "others are not harmed");
    assertEquals(1, bed.counted(reason));
  }

  @Example
  void whatCannotBeUndoneIsDroppedForAReason() {
    LargeFrame frame = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 3000);
    byte[] bytes = frame.bytes(new Random(5));
    int open = Offload.CSUM_PARTIAL;
    int tcp4 = open | Offload.GSO_TCP4;
    long numbers = numbers(frame, 1000);
    byte[] fragment = bytes.clone();
    fragment[frame.ip() + 6] = 0x20;
    byte[] endless = new byte[70_000];
    System.arraycopy(bytes, 0, endless, 0, frame.headers());
    Name headers = Name.DROPPED_HEADERS;
    assertDropped(headers, new Received(bytes, open, Offload.pack(65_535, 65_535, 0, 0), 0));
    assertDropped(headers, new Received(bytes, open, Offload.pack(bytes.length - 1, 0, 0, 0), 0));
    assertDropped(headers, new Received(bytes, tcp4, numbers(frame, 0), 0));
    assertDropped(headers, new Received(bytes, Offload.GSO_TCP4, numbers, 0));
    assertDropped(headers, new Received(bytes, open | Offload.GSO_TCP6, numbers, 0));
    assertDropped(headers, new Received(bytes, open | Offload.GSO_UFO, numbers, 0));
    assertDropped(headers, new Received(bytes, tcp4 | Offload.GSO_USO, numbers, 0));
    assertDropped(headers, new Received(bytes, tcp4, Offload.pack(0, 16, 1000, 0), 0));
    assertDropped(headers, new Received(fragment, tcp4, numbers, 0));
    assertDropped(headers, new Received(new byte[20], tcp4, numbers, 0));
    assertDropped(Name.DROPPED_TOO_LONG, new Received(bytes, tcp4, numbers(frame, 1500), 0));
    assertDropped(Name.DROPPED_TOO_LONG, new Received(endless, tcp4, numbers, 0));
    assertDropped(Name.DROPPED_TOO_LONG, new Received(endless, open, numbers, 0));
  }

  @Example
  void theSmallestSegmentsTakeManyCalls() {
    LargeFrame frame = new LargeFrame(0, true, true, 0, 0, LargeFrame.ACK, 5000);
    byte[] bytes = frame.bytes(new Random(6));
    SoftRxBed bed = takingNothing(6);
    bed.below.waiting.add(large(frame, bytes, 1));
    assertEquals(32, bed.hold());
    bed.letGo(0, 31);
    assertEquals(0, bed.hold(), "one is still lent");
    assertEquals(1, bed.below.lentOut(), "the large frame is still needed");
    bed.letGo(31, 1);
    assertEquals(5000 - 32, bed.all().size());
  }

  @Example
  void atTheEndEverythingIsGivenBackOnce() {
    LargeFrame frame = new LargeFrame(0, true, true, 0, 0, LargeFrame.ACK, 50_000);
    SoftRxBed bed = new SoftRxBed(7, 32, EVERYTHING, 0, false);
    bed.below.waiting.add(large(frame, frame.bytes(new Random(7)), 1000));
    bed.feed(new byte[60]);
    assertEquals(32, bed.hold());
    bed.letGo(0, 32);
    bed.stage.discard();
    assertEquals(0, bed.below.lentOut());
    assertEquals(2, bed.counted(Name.DROPPED_STOPPED), "the cut one and the one behind it");
    bed.feed(new byte[70]);
    assertEquals(70, bed.all().getFirst().bytes().length, "in use again");
  }

  @Example
  void aDriverThatGivesNothingButFramesToDropDoesNotKeepTheThread() {
    SoftRxBed bed = new SoftRxBed(8, 1, EVERYTHING, 0, false);
    for (int i = 0; i < 1000; i++) {
      bed.below.waiting.add(
          new Received(new byte[60], Offload.CSUM_PARTIAL, Offload.pack(60, 0, 0, 0), 0));
    }
    assertEquals(0, bed.hold());
    assertTrue(bed.below.waiting.size() > 900, "a few at a time");
    assertEquals(0, bed.below.lentOut());
  }

  @Example
  void neededOnlyWhereTheSidesDiffer() {
    int open = Offload.CSUM_PARTIAL;
    int tcp4 = Offload.GSO_TCP4;
    assertFalse(SoftRx.needed(0, 0, false));
    assertFalse(SoftRx.needed(EVERYTHING, EVERYTHING, false));
    assertFalse(SoftRx.needed(Offload.CSUM_VALID, 0, false), "a hint");
    assertTrue(SoftRx.needed(open, 0, false));
    assertTrue(SoftRx.needed(open | tcp4, open, false));
    assertTrue(SoftRx.needed(EVERYTHING, EVERYTHING & ~Offload.GSO_ECN, false));
    assertFalse(SoftRx.needed(0, open, true));
    assertTrue(SoftRx.needed(0, open | tcp4, true));
  }
}
