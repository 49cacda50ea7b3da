package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.spi.Offload;

/** What a driver lacks is made here; what it has goes down as it came. */
class SoftTxTest {
  private static final int CSUM = Offload.CSUM_PARTIAL;
  private static final int ALL = SoftTx.OFFLOADS;

  private static final LargeFrame TCP4 =
      new LargeFrame(1, false, true, 2, 3, LargeFrame.ACK | LargeFrame.PSH, 60_001);
  private static final LargeFrame TCP6 =
      new LargeFrame(2, true, true, 2, 3, LargeFrame.ACK | LargeFrame.FIN, 64_000);
  private static final LargeFrame ECN =
      new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK | LargeFrame.CWR, 4_000);
  private static final LargeFrame USO4 = new LargeFrame(0, false, false, 0, 0, 0, 20_000);
  private static final LargeFrame USO6 = new LargeFrame(0, true, false, 1, 0, 0, 20_001);

  private static List<SoftTxBed.Asked> everyKind() {
    List<SoftTxBed.Asked> frames = new ArrayList<>();
    for (LargeFrame each : List.of(TCP4, TCP6, ECN, USO4, USO6)) {
      frames.add(SoftTxBed.large(each, 3));
      LargeFrame small =
          new LargeFrame(
              each.tags(), each.version6(), each.tcp(), each.extra(), each.options(), 16, 701);
      frames.add(SoftTxBed.open(small, 4));
      frames.add(SoftTxBed.plain(60 + frames.size(), 5));
    }
    return frames;
  }

  @Test
  void aDriverWithoutAnyGetsPlainFrames() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    List<SoftTxBed.Asked> frames = everyKind();
    bed.send(frames);
    bed.assertPlain(frames);
    assertEquals(5, bed.count(Name.FALLBACK_SEGMENTATION));
    assertEquals(5, bed.count(Name.FALLBACK_CHECKSUM));
    assertEquals(0, bed.count(Name.DROPPED_HEADERS));
  }

  @Test
  void eachOffloadThatADriverLacksIsMade() {
    for (int lacks : new int[] {Offload.GSO_TCP4, Offload.GSO_TCP6, Offload.GSO_USO}) {
      SoftTxBed bed =
          new SoftTxBed(SoftTxBed.driver(ALL & ~lacks, SoftTx.MOST_FRAME, 65_600, 1, 64));
      List<SoftTxBed.Asked> frames = everyKind();
      bed.send(frames);
      assertPassedOrMade(bed, frames, lacks);
    }
  }

  @Test
  void theEcnMarkAloneMayBeWhatIsLacking() {
    int lacks = Offload.GSO_ECN;
    SoftTxBed bed = new SoftTxBed(SoftTxBed.driver(ALL & ~lacks, SoftTx.MOST_FRAME, 65_600, 1, 64));
    List<SoftTxBed.Asked> frames = everyKind();
    bed.send(frames);
    assertPassedOrMade(bed, frames, lacks);
    assertEquals(1, bed.count(Name.FALLBACK_SEGMENTATION));
  }

  private static void assertPassedOrMade(SoftTxBed bed, List<SoftTxBed.Asked> frames, int lacks) {
    int at = 0;
    for (SoftTxBed.Asked each : frames) {
      boolean made = (each.flags() & lacks) != 0;
      for (byte[] bytes : made ? each.plain() : List.of(each.bytes())) {
        StrictTx.Sent sent = bed.driver.sent.get(at++);
        assertArrayEquals(bytes, sent.bytes());
        assertEquals(made ? 0 : each.flags(), sent.flags());
        assertEquals(made ? 0 : each.offload(), sent.offload());
      }
    }
    assertEquals(at, bed.driver.sent.size());
    bed.assertNothingLent();
  }

  @Test
  void aLargeFrameForADriverThatCutsGoesDownOverSeveralFrames() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.driver(ALL, SoftTx.MOST_FRAME, 4096, 20, 64));
    List<SoftTxBed.Asked> frames = List.of(SoftTxBed.large(TCP4, 1));
    bed.send(frames);
    assertPassedOrMade(bed, frames, 0);
    assertEquals(15, bed.driver.sent.getFirst().entries());
    assertEquals(0, bed.count(Name.FALLBACK_SEGMENTATION));
  }

  @Test
  void aLargeFrameThatIsTooLargeForADriverThatCutsIsCutHere() {
    for (var can :
        List.of(
            SoftTxBed.driver(ALL, SoftTx.MOST_FRAME, 2048, 8, 64),
            SoftTxBed.driver(ALL, 30_000, 30_000, 1, 64),
            SoftTxBed.driver(ALL, SoftTx.MOST_FRAME, 1536, 64, 64))) {
      SoftTxBed bed = new SoftTxBed(can);
      List<SoftTxBed.Asked> frames = List.of(SoftTxBed.large(TCP4, 1), SoftTxBed.large(TCP6, 2));
      bed.send(frames);
      bed.assertPlain(frames);
      assertEquals(2, bed.count(Name.FALLBACK_SEGMENTATION));
    }
  }

  @Test
  void segmentsMayBeLongerThanTheDriversFrames() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.driver(0, 2000, 512, 4, 16));
    List<SoftTxBed.Asked> frames =
        List.of(
            SoftTxBed.large(TCP6, 2),
            SoftTxBed.open(new LargeFrame(0, true, true, 0, 0, 16, 1300), 1));
    bed.send(frames);
    bed.assertPlain(frames);
  }

  @Test
  void plainFramesAreOneCallBelow() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    List<SoftTxBed.Asked> frames = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      frames.add(SoftTxBed.plain(60 + i, i));
    }
    frames.set(9, SoftTxBed.open(new LargeFrame(0, false, true, 0, 0, 16, 100), 1));
    assertEquals(32, bed.offer(frames));
    assertEquals(1, bed.driver.calls);
    bed.assertPlain(frames);
  }

  @Test
  void aFrameOfSeveralEntriesIsGathered() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    for (SoftTxBed.Asked frame :
        List.of(
            SoftTxBed.large(ECN, 1),
            SoftTxBed.open(new LargeFrame(0, true, true, 0, 0, 16, 1101), 1))) {
      bed.driver.sent.clear();
      int parts = 3;
      assertEquals(parts, bed.soft.claim(bed.burst, parts));
      int size = frame.bytes().length / parts + 1;
      for (int i = 0; i < parts; i++) {
        int from = i * size;
        int end = Math.min(frame.bytes().length, from + size);
        byte[] part = Arrays.copyOfRange(frame.bytes(), from, end);
        int more = i < parts - 1 ? Offload.MORE : 0;
        int flags = i == 0 ? frame.flags() | more : more;
        bed.fill(i, new SoftTxBed.Asked(part, flags, frame.offload(), List.of()));
      }
      assertEquals(parts, bed.soft.transmit(bed.burst, 0, parts));
      bed.assertPlain(List.of(frame));
    }
  }

  @Test
  void aUdpChecksumOfZeroIsWrittenAsAllOnesAndATcpOneIsNot() {
    for (boolean udp : new boolean[] {true, false}) {
      byte[] bytes = new byte[80];
      new Random(4).nextBytes(bytes);
      int field = udp ? 6 : 16;
      int word = ~PlainChecksum.sum(bytes, 34, 46) & 0xFFFF;
      word += ByteBuffer.wrap(bytes).getShort(70) & 0xFFFF;
      ByteBuffer.wrap(bytes).putShort(70, (short) ((word & 0xFFFF) + (word >>> 16)));
      SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
      bed.send(List.of(SoftTxBed.open(bytes, 34, field, udp)));
      short written = ByteBuffer.wrap(bed.driver.sent.getFirst().bytes()).getShort(34 + field);
      assertEquals(udp ? (short) 0xFFFF : 0, written);
    }
  }

  @Test
  void whatDoesNotFitItsHeadersIsDroppedAndTheRestPasses() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    SoftTxBed.Asked good = SoftTxBed.open(new LargeFrame(0, false, true, 0, 0, 16, 1300), 1);
    byte[] bytes = good.bytes();
    int gso = Offload.GSO_TCP4;
    List<SoftTxBed.Asked> frames =
        List.of(
            good,
            asked(bytes, CSUM, Offload.pack(bytes.length - 1, 0, 0, 0)),
            asked(bytes, CSUM, Offload.pack(0xFFFF, 0xFFFF, 0, 0)),
            asked(bytes, CSUM | Offload.GSO_USO, Offload.pack(34, 16, 500, 0)),
            good,
            asked(bytes, CSUM | gso, Offload.pack(34, 16, 0, 0)),
            asked(bytes, CSUM | gso, Offload.pack(35, 16, 500, 0)),
            asked(bytes, CSUM | gso, Offload.pack(34, 6, 500, 0)),
            asked(bytes, gso, Offload.pack(34, 16, 500, 0)),
            asked(bytes, CSUM | Offload.GSO_ECN, Offload.pack(34, 16, 500, 0)),
            good);
    bed.send(frames);
    bed.assertPlain(List.of(good, good, good));
    assertEquals(8, bed.count(Name.DROPPED_HEADERS));
  }

  private static SoftTxBed.Asked asked(byte[] bytes, int flags, long offload) {
    return new SoftTxBed.Asked(bytes, flags, offload, List.of());
  }

  @Test
  void segmentsLongerThanTheWireTakesAreNotMade() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.driver(0, 9000, 9000, 1, 64));
    SoftTxBed.Asked large = SoftTxBed.large(TCP4, 1);
    int headers = TCP4.headers();
    int most = SoftTxBed.WIRE - headers;
    bed.send(
        List.of(
            asked(large.bytes(), large.flags(), numbers(most + 1, headers)),
            asked(large.bytes(), large.flags(), numbers(most, headers))));
    assertEquals(1, bed.count(Name.DROPPED_HEADERS));
    assertEquals(1, bed.count(Name.FALLBACK_SEGMENTATION));
    assertEquals(SoftTxBed.WIRE, bed.driver.sent.getFirst().bytes().length);
    bed.assertNothingLent();
  }

  private static long numbers(int size, int headers) {
    return Offload.pack(TCP4.transport(), 16, size, headers);
  }

  @Test
  void itIsNeededWhereSomethingIsLacking() {
    int guest = ALL | Offload.CSUM_VALID;
    var whole = SoftTxBed.driver(ALL, SoftTx.MOST_FRAME, 4096, 20, 64);
    assertFalse(SoftTx.needed(whole, guest));
    assertFalse(SoftTx.needed(SoftTxBed.plainDriver(0), 0));
    assertFalse(SoftTx.needed(SoftTxBed.plainDriver(CSUM), CSUM));
    assertTrue(SoftTx.needed(SoftTxBed.plainDriver(0), CSUM));
    assertTrue(SoftTx.needed(SoftTxBed.plainDriver(ALL), guest), "its frames are too short");
    assertTrue(
        SoftTx.needed(
            SoftTxBed.driver(ALL & ~Offload.GSO_ECN, SoftTx.MOST_FRAME, 4096, 20, 64), guest));
  }
}
