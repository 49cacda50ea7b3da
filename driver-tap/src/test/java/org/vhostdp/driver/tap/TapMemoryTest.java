package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;

/** Own frames and foreign regions: arithmetic only. */
final class TapMemoryTest {
  private static final long BASE = 1L << 30;

  @Test
  void eachFrameIsLentOnceAndComesBackOnce() {
    TapFrames frames = new TapFrames(BASE, TapFrames.BYTES);
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < TapFrames.COUNT; i++) {
      long offset = frames.take();
      assertTrue(seen.add(offset));
      assertTrue(offset >= TapFrames.BYTES && offset + TapFrames.ROOM <= 2 * TapFrames.BYTES);
    }
    assertEquals(0, frames.available());
    for (long offset : seen) {
      assertTrue(frames.give(offset + 100), "any offset in the frame names it");
      assertFalse(frames.give(offset));
    }
    assertEquals(TapFrames.COUNT, frames.available());
  }

  @Test
  void addressesAreInsideOneLentFrame() {
    TapFrames frames = new TapFrames(BASE, TapFrames.BYTES);
    long first = frames.take();
    assertEquals(BASE + first, frames.address(first, TapFrames.ROOM));
    assertEquals(BASE + first + 10, frames.address(first + 10, TapFrames.ROOM - 10));
    assertEquals(0, frames.address(first + 10, TapFrames.ROOM - 9));
    assertEquals(0, frames.address(first, 0));
    assertEquals(0, frames.address(first, -1));
    assertEquals(0, frames.address(first + TapFrames.ROOM, 1), "not lent");
    assertEquals(0, frames.address(first - 1, 1), "another queue's");
    assertEquals(0, frames.address(Long.MAX_VALUE, 1));
    assertEquals(0, frames.address(Long.MIN_VALUE, 1));
    frames.give(first);
    assertEquals(0, frames.address(first, 1));
    assertFalse(frames.give(TapFrames.BYTES - 1));
    assertFalse(frames.give(2 * TapFrames.BYTES));
  }

  @Test
  void theLastFrameGivenBackIsLentFirst() {
    TapFrames frames = new TapFrames(BASE, 0);
    long a = frames.take();
    long b = frames.take();
    frames.give(a);
    frames.give(b);
    assertEquals(b, frames.take());
    assertEquals(a, frames.take());
  }

  @Test
  void regionsAreBounded() throws Exception {
    TapForeign foreign = new TapForeign();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(1000);
      int id = foreign.lend(memory, 0);
      assertTrue(id >= TapForeign.FIRST_ID);
      assertEquals(memory.address(), foreign.readable(id, 0, 1000));
      assertEquals(memory.address() + 999, foreign.readable(id, 999, 1));
      assertEquals(0, foreign.readable(id, 1000, 1));
      assertEquals(0, foreign.readable(id, 0, 1001));
      assertEquals(0, foreign.readable(id, Long.MIN_VALUE, 1));
      assertEquals(0, foreign.readable(id, Long.MAX_VALUE, Integer.MAX_VALUE));
      assertEquals(0, foreign.readable(id + 1, 0, 1));
      assertEquals(0, foreign.readable(0, 0, 1));
      assertEquals(0, foreign.readable(Integer.MAX_VALUE, 0, 1));
      assertEquals(0, foreign.readable(Integer.MIN_VALUE, 0, 1));
      assertEquals(0, foreign.writable(id, 0, 1), "lent for reading");
      foreign.reclaim(id);
      assertEquals(0, foreign.readable(id, 0, 1));
      assertThrows(DriverException.class, () -> foreign.reclaim(id));
      assertThrows(DriverException.class, () -> foreign.reclaim(7));
    }
  }

  @Test
  void regionsDoNotOverlap() throws Exception {
    TapForeign foreign = new TapForeign();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(3000);
      int left = foreign.lend(memory.asSlice(0, 1000), 0);
      int right = foreign.lend(memory.asSlice(2000), ForeignMemory.WRITABLE);
      assertNotEquals(left, right);
      assertThrows(DriverException.class, () -> foreign.lend(memory.asSlice(999, 10), 0));
      assertThrows(DriverException.class, () -> foreign.lend(memory, 0));
      foreign.lend(memory.asSlice(1000, 1000), 0);
    }
  }

  @Test
  void whatTheKernelCannotUseIsRefused() throws Exception {
    TapForeign foreign = new TapForeign();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(8);
      assertThrows(DriverException.class, () -> foreign.lend(memory, 4));
      assertThrows(DriverException.class, () -> foreign.lend(memory.asSlice(8), 0));
      assertThrows(
          DriverException.class, () -> foreign.lend(memory.asReadOnly(), ForeignMemory.WRITABLE));
      MemorySegment heap = MemorySegment.ofArray(new byte[8]);
      assertThrows(DriverException.class, () -> foreign.lend(heap, 0));
      MemorySegment many = arena.allocate(2000);
      for (int i = 0; i < 1024; i++) {
        foreign.lend(many.asSlice(i, 1), 0);
      }
      assertThrows(DriverException.class, () -> foreign.lend(many.asSlice(1999), 0));
    }
  }
}
