package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/**
 * Rings as no honest driver writes them. Each ends in a sentence in {@link DeviceRing#fault()}: no
 * exception, no endless loop, no byte outside the buffers changed.
 */
class HostileRingTest {
  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int AVAIL = 1 << 7;
  private static final long INDIRECT_OFFERED = Features.VERSION_1 | Features.INDIRECT_DESC;
  private static final int SIZE = 16;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private RingBed bed;
  private Chains chains;

  @AfterEach
  void close() {
    bed.assertGuards();
    bed.close();
  }

  private void split(Layout layout, long features) throws Exception {
    bed = RingBed.create(layout, SIZE, features);
    chains = new Chains(SIZE, SIZE);
  }

  private void packed(Layout layout, long features) throws Exception {
    split(layout, features | Features.RING_PACKED);
  }

  private void ring(boolean isPacked) throws Exception {
    if (isPacked) {
      packed(Layout.ADJACENT, INDIRECT_OFFERED);
    } else {
      split(Layout.ADJACENT, INDIRECT_OFFERED);
    }
  }

  /** Descriptor i of a split ring. */
  private void describe(int i, long address, long length, int flags, int next) {
    entry(bed.driver().descriptors(), i, address, length, flags, next);
  }

  private static void entry(
      MemorySegment table, int i, long address, long length, int flags, int next) {
    table.set(LONG, 16L * i, address);
    table.set(INT, 16L * i + 8, (int) length);
    table.set(SHORT, 16L * i + 12, (short) flags);
    table.set(SHORT, 16L * i + 14, (short) next);
  }

  /** Slot i of a packed ring, available in the first round. */
  private void slot(int i, long address, long length, int flags) {
    MemorySegment table = bed.driver().descriptors();
    table.set(LONG, 16L * i, address);
    table.set(INT, 16L * i + 8, (int) length);
    table.set(SHORT, 16L * i + 12, (short) i);
    table.set(SHORT, 16L * i + 14, (short) (flags | AVAIL));
  }

  /** Makes heads of a split ring available. */
  private void offer(int... heads) {
    MemorySegment ring = bed.driver().driverArea();
    for (int i = 0; i < heads.length; i++) {
      ring.set(SHORT, 4 + 2L * (i % SIZE), (short) heads[i]);
    }
    ring.set(SHORT, 2, (short) heads.length);
  }

  /** One chain of one buffer, in the ring's first place. */
  private void single(long address, long length, int flags) {
    if (bed.packed()) {
      slot(0, address, length, flags);
    } else {
      describe(0, address, length, flags, 0);
      offer(0);
    }
  }

  /** A table of indirect descriptors somewhere in memory; entries of 64 readable bytes. */
  private long table(long at, int entries) {
    MemorySegment table = MemorySegment.ofArray(new byte[16 * entries]);
    for (int i = 0; i < entries; i++) {
      int flags = bed.packed() || i == entries - 1 ? 0 : NEXT;
      if (bed.packed()) {
        entry(table, i, buffer(), 64, 0, flags);
      } else {
        entry(table, i, buffer(), 64, flags, i + 1);
      }
    }
    bed.twin().write(at, table.toArray(ValueLayout.JAVA_BYTE));
    return at;
  }

  private long buffer() {
    return bed.buffer(64);
  }

  private void assertBroken(String sentence) {
    for (int again = 0; again < 2; again++) {
      assertEquals(-1, bed.device().collect(chains, SIZE));
      assertTrue(bed.device().fault().contains(sentence), bed.device().fault());
      assertFalse(bed.device().hasWork(), "a broken ring is not polled for ever");
      assertFalse(bed.device().requestKicks());
    }
  }

  private void assertCollected(int count) {
    assertEquals(count, bed.device().collect(chains, SIZE), bed.device().fault());
  }

  // ---- CVE-2018-1059: a buffer that crosses memory regions ---------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2018x1059BufferThatLeavesItsRegionIntoNothing(boolean isPacked) throws Exception {
    long kind = isPacked ? Features.RING_PACKED : 0;
    split(Layout.HOLES, INDIRECT_OFFERED | kind);
    long end = bed.memory().guest(1) + bed.memory().size(1);
    single(end - 10, 11, WRITE);
    assertBroken("outside the guest's regions");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2018x1059BufferThatCrossesRegionsIsTranslatedPiecewise(boolean isPacked)
      throws Exception {
    ring(isPacked);
    long at = bed.bufferAcross(1000);
    single(at, 1000, WRITE);
    assertCollected(1);
    assertEquals(2, chains.first[1] - chains.first[0]);
    assertEquals(1000, chains.length[0] + chains.length[1]);
    assertEquals(0, chains.offset[1]);
    assertEquals(bed.memory().guest(chains.region[1]), at + chains.length[0]);
  }

  // ---- CVE-2020-10725: bad address, zero length --------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {0, 8, 1L << 40 | 1L << 39, Long.MAX_VALUE, Long.MIN_VALUE, -1, -64})
  void cve2020x10725AddressThatIsNoMemory(long address) throws Exception {
    for (long kind : new long[] {0, Features.RING_PACKED}) {
      if (bed != null) {
        bed.close();
      }
      split(Layout.ONE_REGION, INDIRECT_OFFERED | kind);
      single(address, 64, 0);
      assertBroken("outside the guest's regions");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2020x10725DescriptorOfNoBytes(boolean isPacked) throws Exception {
    ring(isPacked);
    single(buffer(), 0, 0);
    assertBroken("a length of 0 bytes");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2019x14835ChainOfEmptyDescriptors(boolean isPacked) throws Exception {
    ring(isPacked);
    for (int i = 0; i < SIZE; i++) {
      if (isPacked) {
        slot(i, buffer(), i == 0 ? 64 : 0, i < SIZE - 1 ? NEXT : 0);
      } else {
        describe(i, buffer(), i == 0 ? 64 : 0, i < SIZE - 1 ? NEXT : 0, i + 1);
      }
    }
    if (!isPacked) {
      offer(0);
    }
    assertBroken("a length of 0 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL})
  void cve2020x10723LengthIsReadAtFullWidth(long length) throws Exception {
    for (long kind : new long[] {0, Features.RING_PACKED}) {
      if (bed != null) {
        bed.close();
      }
      split(Layout.ONE_REGION, INDIRECT_OFFERED | kind);
      single(buffer(), length, WRITE);
      assertEquals(-1, bed.device().collect(chains, SIZE));
    }
  }

  // ---- CVE-2020-14374 to 14378: bounded chains, indices, read once ---------------------------------

  @Test
  void cve2020x14374HeadBeyondTheRing() throws Exception {
    ring(false);
    offer(SIZE);
    assertBroken("names descriptor 16 of 16");
  }

  @Test
  void cve2020x14374NextBeyondTheRing() throws Exception {
    ring(false);
    describe(0, buffer(), 64, NEXT, 0xFFFF);
    offer(0);
    assertBroken("descriptor 65535 of 16 as its next");
  }

  @Test
  void cve2020x14376AvailableIndexFurtherThanTheRing() throws Exception {
    ring(false);
    bed.driver().driverArea().set(SHORT, 2, (short) (SIZE + 1));
    assertBroken("17 ahead, the ring has 16");
  }

  @Test
  void cve2020x14376AvailableIndexBehind() throws Exception {
    ring(false);
    bed.driver().driverArea().set(SHORT, 2, (short) -1);
    assertBroken("65535 ahead");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2020x14375WhatWasCollectedDoesNotChangeWithTheRing(boolean isPacked) throws Exception {
    ring(isPacked);
    long at = buffer();
    single(at, 64, 0);
    assertCollected(1);
    bed.driver().descriptors().fill((byte) 0x7F);
    assertEquals(64, chains.readableBytes[0]);
    assertEquals(64, chains.length[0]);
    assertEquals(at, bed.memory().guest(chains.region[0]) + chains.offset[0]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readableAfterWritable(boolean isPacked) throws Exception {
    ring(isPacked);
    if (isPacked) {
      slot(0, buffer(), 64, NEXT | WRITE);
      slot(1, buffer(), 64, 0);
    } else {
      describe(0, buffer(), 64, NEXT | WRITE, 1);
      describe(1, buffer(), 64, 0, 0);
      offer(0);
    }
    assertBroken("a readable descriptor after a writable one");
  }

  // ---- CVE-2019-9547: a chain that is a loop -------------------------------------------------------

  @Test
  void cve2019x9547LoopOfOne() throws Exception {
    ring(false);
    describe(3, buffer(), 64, NEXT, 3);
    offer(3);
    assertBroken("a loop");
  }

  @Test
  void cve2019x9547LoopThroughTheWholeTable() throws Exception {
    ring(false);
    for (int i = 0; i < SIZE; i++) {
      describe(i, buffer(), 64, NEXT | WRITE, (i + 1) % SIZE);
    }
    offer(0);
    assertBroken("a loop");
  }

  @Test
  void cve2019x9547LoopInAnIndirectTable() throws Exception {
    ring(false);
    byte[] loop = new byte[32];
    entry(MemorySegment.ofArray(loop), 0, buffer(), 64, NEXT, 1);
    entry(MemorySegment.ofArray(loop), 1, buffer(), 64, NEXT, 0);
    long table = bed.buffer(32);
    bed.twin().write(table, loop);
    single(table, 32, INDIRECT);
    assertBroken("a loop");
  }

  @Test
  void cve2019x9547PackedChainWithoutEnd() throws Exception {
    ring(true);
    for (int i = 0; i < SIZE; i++) {
      slot(i, buffer(), 64, NEXT);
    }
    assertBroken("longer than the ring");
  }

  @Test
  void everyHeadTheSameAgain() throws Exception {
    ring(false);
    describe(5, buffer(), 64, WRITE, 0);
    offer(5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
    // Silly, but every access is bounded: as many chains as the index says, and no more.
    assertCollected(SIZE);
  }

  // ---- Indirect tables, CVE-2026-93683: read once --------------------------------------------------

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

  // ---- Fragments fill the batch exactly, then one more buffer --------------------------------------

  @Test
  void moreFragmentsThanABatchHolds() throws Exception {
    ring(false);
    // Directly and through a table a chain has 31 descriptors; each of the first crosses regions.
    long across = bed.bufferAcross(64);
    long inside = buffer();
    long table = bed.buffer(16 * SIZE);
    for (int batch = 1; batch <= SIZE; batch++) {
      for (int crossing = 0; crossing <= 2 * SIZE - 1; crossing++) {
        offerLongChains(table, across, inside, crossing);
        chains = new Chains(batch, SIZE);
        DeviceRing fresh = restarted();
        int n = fresh.collect(chains, batch);
        assertTrue(n > 0 || fresh.fault().contains("too many memory regions"), fresh.fault());
      }
    }
  }

  private DeviceRing restarted() throws Exception {
    bed.restart();
    return bed.device();
  }

  private void offerLongChains(long table, long across, long inside, int crossing) {
    byte[] bytes = new byte[16 * SIZE];
    for (int i = 0; i < SIZE; i++) {
      long at = SIZE - 1 + i < crossing ? across : inside;
      int flags = i == SIZE - 1 ? 0 : NEXT;
      entry(MemorySegment.ofArray(bytes), i, at, 64, flags, i + 1);
    }
    bed.twin().write(table, bytes);
    for (int i = 0; i < SIZE - 1; i++) {
      describe(i, i < crossing ? across : inside, 64, NEXT, i + 1);
    }
    describe(SIZE - 1, table, 16 * SIZE, INDIRECT, 0);
    offer(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
}
