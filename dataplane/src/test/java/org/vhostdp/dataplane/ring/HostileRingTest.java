package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/**
 * Rings as no honest driver writes them. Each ends in a sentence in {@link DeviceRing#fault()}: no
 * exception, no endless loop, no byte outside the buffers changed.
 */
class HostileRingTest extends HostileRing {
  // ---- CVE-2018-1059: a buffer that crosses memory regions
  // ---------------------------------------

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

  // ---- CVE-2020-10725: bad address, zero length
  // --------------------------------------------------

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

  // ---- CVE-2020-14374 to 14378: bounded chains, indices, read once
  // ---------------------------------

  @ParameterizedTest
  @ValueSource(ints = {SIZE, SIZE + 1, 0x7FFF, 0x8000, 0xFFFF})
  void cve2020x14374HeadBeyondTheRing(int head) throws Exception {
    ring(false);
    offer(head);
    assertBroken("names descriptor " + head + " of 16");
  }

  @ParameterizedTest
  @ValueSource(ints = {SIZE, SIZE + 1, 0x7FFF, 0x8000, 0xFFFF})
  void cve2020x14374NextBeyondTheRing(int next) throws Exception {
    ring(false);
    describe(0, buffer(), 64, NEXT, next);
    offer(0);
    assertBroken("descriptor " + next + " of 16 as its next");
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

  // ---- CVE-2019-9547: a chain that is a loop
  // -------------------------------------------------------

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

  // ---- Fragments fill the batch exactly, then one more buffer
  // --------------------------------------

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
        chains.unfold();
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
