package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.vhostdp.spi.Offload;

/** A large frame becomes the small ones that its sender would have sent. */
class SegmentationTest {
  private static final int ALL_FLAGS =
      LargeFrame.FIN | LargeFrame.PSH | LargeFrame.ACK | LargeFrame.CWR;

  @Provide
  static Arbitrary<LargeFrame> large() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 10),
            Arbitraries.integers().between(0, 10),
            Arbitraries.integers().between(0, 0xFF),
            Arbitraries.integers().between(0, 65_000))
        .as(LargeFrame::new);
  }

  @Property(tries = 400)
  void framesAreThoseOfTheDefinition(
      @ForAll("large") LargeFrame large,
      @ForAll @IntRange(min = 200, max = 9000) int size,
      @ForAll long seed) {
    byte[] whole = large.bytes(new Random(seed));
    List<byte[]> expected = large.cut(whole, size);
    CuttingBed bed = new CuttingBed(large.headers() + size + 13, expected.size());
    int ecn = large.tcp() && (large.flags() & LargeFrame.CWR) != 0 ? Offload.GSO_ECN : 0;
    int n = bed.cut(whole, large.offload() | Offload.CSUM_PARTIAL | ecn, size);
    assertEquals(expected.size(), n);
    List<byte[]> frames = bed.frames(n);
    for (int i = 0; i < n; i++) {
      assertArrayEquals(expected.get(i), frames.get(i), "frame " + i);
    }
  }

  @Example
  void flagsOfTheEndsStayAtTheEnds() {
    LargeFrame large = new LargeFrame(0, false, true, 0, 3, ALL_FLAGS, 3000);
    byte[] whole = large.bytes(new Random(1));
    CuttingBed bed = new CuttingBed(2048, 64);
    List<byte[]> frames = bed.frames(bed.cut(whole, Offload.GSO_TCP4 | Offload.GSO_ECN, 1000));
    int at = large.transport() + 13;
    assertEquals(3, frames.size());
    assertEquals(LargeFrame.ACK | LargeFrame.CWR, frames.get(0)[at] & 0xFF);
    assertEquals(LargeFrame.ACK, frames.get(1)[at] & 0xFF);
    assertEquals(LargeFrame.ACK | LargeFrame.PSH | LargeFrame.FIN, frames.get(2)[at] & 0xFF);
  }

  @Example
  void identificationsAndSequenceNumbersWrapAround() {
    LargeFrame large = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 3000);
    byte[] whole = large.bytes(new Random(10));
    ByteBuffer.wrap(whole).putShort(large.ip() + 4, (short) 0xFFFF);
    ByteBuffer.wrap(whole).putInt(large.transport() + 4, -1000);
    List<byte[]> expected = large.cut(whole, 1000);
    CuttingBed bed = new CuttingBed(2048, 3);
    List<byte[]> frames = bed.frames(bed.cut(whole, Offload.GSO_TCP4, 1000));
    assertEquals(3, frames.size());
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(expected.get(i), frames.get(i), "frame " + i);
    }
    assertEquals(0, ByteBuffer.wrap(frames.get(1)).getShort(large.ip() + 4));
    assertEquals(1000, ByteBuffer.wrap(frames.get(2)).getInt(large.transport() + 4));
  }

  @Example
  void aFrameOfOneSegmentIsCompletedAndKeepsItsFlags() {
    LargeFrame large = new LargeFrame(1, true, true, 0, 0, ALL_FLAGS, 700);
    byte[] whole = large.bytes(new Random(2));
    CuttingBed bed = new CuttingBed(2048, 1);
    assertEquals(1, bed.cut(whole, Offload.GSO_TCP6, 1400));
    assertEquals(ALL_FLAGS, bed.frames(1).getFirst()[large.transport() + 13] & 0xFF);
  }

  @Example
  void aFrameMadeByHandHasTheChecksumsThatAToolPrints() {
    // UDP 10.0.0.1:53 > 10.0.0.2:1024 with "abcdef"; the length fields and sums are another's.
    byte[] whole =
        HexFormat.of()
            .parseHex(
                "020000000002020000000001080045000022123440004011"
                    + "0000"
                    + "0a0000010a00000200350400000e"
                    + "1422"
                    + "616263646566");
    CuttingBed bed = new CuttingBed(128, 4);
    assertEquals(2, bed.cut(whole, Offload.GSO_USO, 4));
    List<byte[]> frames = bed.frames(2);
    assertEquals(
        "0200000000020200000000010800"
            + "4500002012344000401114970a0000010a000002"
            + "00350400000c"
            + "22d8"
            + "61626364",
        HexFormat.of().formatHex(frames.get(0)));
    assertEquals(
        "0200000000020200000000010800"
            + "4500001e12354000401114980a0000010a000002"
            + "00350400000a"
            + "823c"
            + "6566",
        HexFormat.of().formatHex(frames.get(1)));
  }

  @Example
  void aUdpChecksumOfZeroIsWrittenAsAllOnes() {
    LargeFrame large = new LargeFrame(0, false, false, 0, 0, 0, 100);
    byte[] whole = large.bytes(new Random(9));
    ByteBuffer frame = ByteBuffer.wrap(whole);
    int field = large.transport() + 6;
    int checksum = ByteBuffer.wrap(large.cut(whole, 100).getFirst()).getShort(field) & 0xFFFF;
    int word = (frame.getShort(large.headers()) & 0xFFFF) + checksum;
    frame.putShort(large.headers(), (short) ((word & 0xFFFF) + (word >>> 16)));
    CuttingBed bed = new CuttingBed(256, 1);
    assertEquals(1, bed.cut(whole, Offload.GSO_USO, 100));
    assertEquals((short) 0xFFFF, ByteBuffer.wrap(bed.frames(1).getFirst()).getShort(field));
  }

  @Example
  void refusalsSayWhy() {
    LargeFrame large = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 4000);
    byte[] whole = large.bytes(new Random(3));
    CuttingBed bed = new CuttingBed(1500, 3);
    int tcp4 = Offload.GSO_TCP4;
    assertEquals(3, bed.cut(whole, tcp4, 1400));
    assertEquals(Segmentation.NO_ROOM, bed.cut(whole, tcp4, 1300), "too many");
    assertEquals(Segmentation.NO_ROOM, bed.cut(whole, tcp4, 1460), "too long");
    assertEquals(Segmentation.BAD_SIZE, bed.cut(whole, tcp4, 0));
    assertEquals(Segmentation.BAD_SIZE, bed.cut(whole, tcp4, -1));
    assertEquals(Segmentation.UNKNOWN, bed.cut(whole, Offload.GSO_TCP6, 1400));
    assertEquals(Segmentation.UNKNOWN, bed.cut(whole, Offload.GSO_USO, 1400));
    assertEquals(Segmentation.UNKNOWN, bed.cut(whole, Offload.GSO_UFO, 1400));
    assertEquals(Segmentation.UNKNOWN, bed.cut(whole, tcp4 | Offload.GSO_USO, 1400));
    assertEquals(Segmentation.UNKNOWN, bed.cut(whole, Offload.CSUM_PARTIAL, 1400));
    whole[large.ip() + 6] |= 0x20;
    assertEquals(Segmentation.FRAGMENTED, bed.cut(whole, tcp4, 1400));
  }

  @Example
  void aSegmentThatIpCannotHoldIsRefused() {
    LargeFrame large = new LargeFrame(0, false, false, 0, 0, 0, 70_000);
    CuttingBed bed = new CuttingBed(70_100, 2);
    byte[] whole = large.bytes(new Random(4));
    assertEquals(Segmentation.BAD_SIZE, bed.cut(whole, Offload.GSO_USO, 65_535 - 27));
    assertEquals(2, bed.cut(whole, Offload.GSO_USO, 65_535 - 28));
  }

  @Example
  void framesMayNotLieOutsideTheirSegment() {
    MemorySegment memory = Arena.ofAuto().allocate(1000);
    Segmentation segmentation = new Segmentation();
    assertThrows(IndexOutOfBoundsException.class, () -> segmentation.into(memory, 1, 100, 10));
    assertThrows(IndexOutOfBoundsException.class, () -> segmentation.into(memory, -1, 10, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> segmentation.into(memory, 0, 0, 1));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> segmentation.into(memory, 0, Integer.MAX_VALUE, Integer.MAX_VALUE));
  }
}
