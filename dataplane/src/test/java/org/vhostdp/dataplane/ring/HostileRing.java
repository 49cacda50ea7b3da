package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** A ring whose memory the test writes by hand. */
abstract class HostileRing {
  static final int NEXT = 1;
  static final int WRITE = 2;
  static final int INDIRECT = 4;
  static final int AVAIL = 1 << 7;
  static final long INDIRECT_OFFERED = Features.VERSION_1 | Features.INDIRECT_DESC;
  static final int SIZE = 16;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  RingBed bed;
  Chains chains;

  @AfterEach
  void close() {
    bed.assertGuards();
    bed.close();
  }

  final void split(Layout layout, long features) throws Exception {
    bed = RingBed.create(layout, SIZE, features);
    chains = new Chains(SIZE, SIZE);
  }

  final void packed(Layout layout, long features) throws Exception {
    split(layout, features | Features.RING_PACKED);
  }

  final void ring(boolean isPacked) throws Exception {
    if (isPacked) {
      packed(Layout.ADJACENT, INDIRECT_OFFERED);
    } else {
      split(Layout.ADJACENT, INDIRECT_OFFERED);
    }
  }

  /** Descriptor i of a split ring. */
  final void describe(int i, long address, long length, int flags, int next) {
    entry(bed.driver().descriptors(), i, address, length, flags, next);
  }

  static void entry(MemorySegment table, int i, long address, long length, int flags, int next) {
    table.set(LONG, 16L * i, address);
    table.set(INT, 16L * i + 8, (int) length);
    table.set(SHORT, 16L * i + 12, (short) flags);
    table.set(SHORT, 16L * i + 14, (short) next);
  }

  /** Slot i of a packed ring, available in the first round. */
  final void slot(int i, long address, long length, int flags) {
    MemorySegment table = bed.driver().descriptors();
    table.set(LONG, 16L * i, address);
    table.set(INT, 16L * i + 8, (int) length);
    table.set(SHORT, 16L * i + 12, (short) i);
    table.set(SHORT, 16L * i + 14, (short) (flags | AVAIL));
  }

  /** Makes heads of a split ring available. */
  final void offer(int... heads) {
    MemorySegment ring = bed.driver().driverArea();
    for (int i = 0; i < heads.length; i++) {
      ring.set(SHORT, 4 + 2L * (i % SIZE), (short) heads[i]);
    }
    ring.set(SHORT, 2, (short) heads.length);
  }

  /** One chain of one buffer, in the ring's first place. */
  final void single(long address, long length, int flags) {
    if (bed.packed()) {
      slot(0, address, length, flags);
    } else {
      describe(0, address, length, flags, 0);
      offer(0);
    }
  }

  /** A table of indirect descriptors somewhere in memory; entries of 64 readable bytes. */
  final long table(long at, int entries) {
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

  final long buffer() {
    return bed.buffer(64);
  }

  final void assertBroken(String sentence) {
    for (int again = 0; again < 2; again++) {
      assertEquals(-1, bed.device().collect(chains, SIZE));
      assertTrue(bed.device().fault().contains(sentence), bed.device().fault());
      assertFalse(bed.device().hasWork(), "a broken ring is not polled for ever");
      assertFalse(bed.device().requestKicks());
    }
  }

  final void assertCollected(int count) {
    assertEquals(count, bed.device().collect(chains, SIZE), bed.device().fault());
    chains.unfold();
  }
}
