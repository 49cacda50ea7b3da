package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Indirect tables as no honest driver writes them. */
class HostileIndirectTest extends HostileRing {
  // ---- Indirect tables, CVE-2026-93683: read once
  // --------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2026x93683TableIsReadOnce(boolean isPacked) throws Exception {
    ring(isPacked);
    long table = table(bed.buffer(48), 3);
    single(table, 48, INDIRECT);
    assertCollected(1);
    byte[] evil = new byte[48];
    Arrays.fill(evil, (byte) 0xFF);
    bed.twin().write(table, evil);
    bed.driver().descriptors().set(INT, 8, 16 * 1000);
    assertEquals(3, chains.first[1]);
    assertEquals(3 * 64, chains.readableBytes[0]);
    assertArrayEquals(new int[] {64, 64, 64}, Arrays.copyOf(chains.length, 3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void indirectTableAcrossRegions(boolean isPacked) throws Exception {
    ring(isPacked);
    long at = bed.bufferAcross(16 * SIZE);
    single(table(at, SIZE), 16 * SIZE, INDIRECT);
    assertCollected(1);
    assertEquals(SIZE, chains.first[1]);
    assertEquals(64L * SIZE, chains.readableBytes[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 17, 16 * SIZE + 16, -16})
  void indirectTableOfAnOddSize(int bytes) throws Exception {
    for (boolean isPacked : new boolean[] {false, true}) {
      if (bed != null) {
        bed.close();
      }
      ring(isPacked);
      single(table(bed.buffer(16 * SIZE), SIZE), bytes, INDIRECT);
      assertBroken("an indirect table of " + (bytes & 0xFFFFFFFFL) + " bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void indirectTableOutsideMemory(boolean isPacked) throws Exception {
    ring(isPacked);
    single(-4096, 64, INDIRECT);
    assertBroken("outside the guest's regions");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void indirectInsideIndirect(boolean isPacked) throws Exception {
    ring(isPacked);
    byte[] nested = new byte[16];
    entry(
        MemorySegment.ofArray(nested),
        0,
        table(bed.buffer(48), 3),
        48,
        isPacked ? 0 : INDIRECT,
        isPacked ? INDIRECT : 0);
    long table = bed.buffer(16);
    bed.twin().write(table, nested);
    single(table, 16, INDIRECT);
    assertBroken("an indirect descriptor inside an indirect table");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void indirectWithNext(boolean isPacked) throws Exception {
    ring(isPacked);
    single(table(bed.buffer(48), 3), 48, INDIRECT | NEXT);
    assertBroken("an indirect descriptor with a next one");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void indirectThatWasNotNegotiated(boolean isPacked) throws Exception {
    split(Layout.ONE_REGION, Features.VERSION_1 | (isPacked ? Features.RING_PACKED : 0));
    single(table(bed.buffer(48), 3), 48, INDIRECT);
    assertBroken("not negotiated");
  }

  @Test
  void indirectEntryThatNamesAnEntryBehindTheTable() throws Exception {
    ring(false);
    byte[] bytes = new byte[32];
    entry(MemorySegment.ofArray(bytes), 0, buffer(), 64, NEXT, 2);
    long table = bed.buffer(32);
    bed.twin().write(table, bytes);
    single(table, 32, INDIRECT);
    assertBroken("names entry 2 of 2");
  }

  @Test
  void indirectAfterDirectInAPackedChain() throws Exception {
    ring(true);
    slot(0, buffer(), 64, NEXT);
    slot(1, table(bed.buffer(48), 3), 48, INDIRECT);
    assertBroken("an indirect descriptor inside a chain");
  }
}
