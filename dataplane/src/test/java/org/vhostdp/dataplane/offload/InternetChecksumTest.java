package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Sums of any bytes at any alignment are those of the plain definition. */
class InternetChecksumTest {
  @Example
  void theExampleOfRfc1071() {
    MemorySegment bytes = memory(HexFormat.of().parseHex("0001f203f4f5f6f7"));
    assertEquals(0xDDF2, InternetChecksum.sum(bytes, 0, 8));
    assertEquals(0x220D, InternetChecksum.checksum(0xDDF2));
  }

  @Example
  void aHeaderWithItsChecksumSumsUpToAllOnes() {
    MemorySegment header =
        memory(HexFormat.of().parseHex("45000073000040004011b861c0a80001c0a800c7"));
    assertEquals(0xFFFF, InternetChecksum.sum(header, 0, 20));
  }

  @Example
  void nothingSumsUpToZeroAndAllOnesDoNot() {
    MemorySegment bytes = Arena.ofAuto().allocate(4096);
    assertEquals(0, InternetChecksum.sum(bytes, 0, 0));
    assertEquals(0, InternetChecksum.sum(bytes, 0, 4096));
    bytes.fill((byte) -1);
    for (int length = 2; length <= 4096; length += 2) {
      assertEquals(0xFFFF, InternetChecksum.sum(bytes, 0, length));
    }
  }

  @Example
  void udpHasNoChecksumOfZero() {
    assertEquals(0xFFFF, InternetChecksum.checksumOfUdp(0xFFFF));
    assertEquals(0x1234, InternetChecksum.checksumOfUdp(0xEDCB));
  }

  @Example
  void bytesBehindTheSegmentAreNotRead() {
    MemorySegment bytes = Arena.ofAuto().allocate(100);
    for (int length = 1; length < 100; length++) {
      int n = length;
      assertThrows(IndexOutOfBoundsException.class, () -> InternetChecksum.sum(bytes, 101 - n, n));
    }
  }

  @Property
  void theSumIsThatOfTheDefinition(
      @ForAll long seed,
      @ForAll @IntRange(max = 40) int from,
      @ForAll @IntRange(max = 9100) int n) {
    byte[] bytes = random(seed, from + n);
    assertEquals(PlainChecksum.sum(bytes, from, n), InternetChecksum.sum(memory(bytes), from, n));
  }

  @Property
  void partsOfAnyLengthJoin(
      @ForAll long seed, @ForAll @IntRange(max = 300) int a, @ForAll @IntRange(max = 300) int b) {
    byte[] bytes = random(seed, a + b);
    MemorySegment memory = memory(bytes);
    int first = InternetChecksum.sum(memory, 0, a);
    int second = InternetChecksum.sum(memory, a, b);
    assertEquals(PlainChecksum.sum(bytes, 0, a + b), InternetChecksum.join(first, a, second));
  }

  @Property
  void whatIsTakenAwayIsGone(@ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int words) {
    byte[] bytes = random(seed, 2 * words);
    MemorySegment memory = memory(bytes);
    int all = InternetChecksum.sum(memory, 0, 2 * words);
    int rest = InternetChecksum.sum(memory, 2, 2 * words - 2);
    int without =
        InternetChecksum.fold(
            (long) all + InternetChecksum.minus(InternetChecksum.sum(memory, 0, 2)));
    assertEquals(rest % 0xFFFF, without % 0xFFFF);
  }

  @Property
  void foldingKeepsTheNumber(@ForAll @LongRange(min = 0) long added) {
    int folded = InternetChecksum.fold(added);
    assertEquals(added % 0xFFFF, folded % 0xFFFF);
    assertEquals(added == 0, folded == 0);
    assertEquals(folded, folded & 0xFFFF);
  }

  @Property
  void aPseudoHeaderIsItsWords(
      @ForAll long seed, @ForAll boolean version6, @ForAll @IntRange(max = 65_535) int length) {
    int addresses = version6 ? 32 : 8;
    byte[] bytes = random(seed, addresses);
    byte[] header = Arrays.copyOf(bytes, addresses + 4);
    header[addresses + 1] = 17;
    header[addresses + 2] = (byte) (length >>> 8);
    header[addresses + 3] = (byte) length;
    assertEquals(
        PlainChecksum.sum(header, 0, header.length),
        InternetChecksum.pseudoHeader(memory(bytes), 0, addresses, 17, length));
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    Random random = new Random(seed);
    random.nextBytes(bytes);
    if (random.nextInt(4) == 0) {
      // Many carries.
      for (int i = 0; i < length; i++) {
        bytes[i] |= (byte) 0xFE;
      }
    }
    return bytes;
  }

  private static MemorySegment memory(byte[] bytes) {
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, bytes.length));
    memory.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    return memory.asSlice(0, bytes.length);
  }
}
