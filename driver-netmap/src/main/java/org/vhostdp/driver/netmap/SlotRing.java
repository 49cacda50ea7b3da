package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.driver.netmap.generated.netmap_ring;
import org.vhostdp.driver.netmap.generated.netmap_slot;

/**
 * One {@code struct netmap_ring} in the shared memory, with its slots. The slots from head up to
 * tail are ours, the others the kernel's; it looks at ours only while a call of this queue's is in
 * the kernel. Nothing that is read here is believed: numbers out of range come back as -1.
 *
 * <p>The queue's IO thread.
 */
final class SlotRing {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final int MORE = Netmap.NS_MOREFRAG();
  private static final long HEAD = netmap_ring.head$offset();
  private static final long CUR = netmap_ring.cur$offset();
  private static final long TAIL = netmap_ring.tail$offset();
  private static final long SLOTS = netmap_ring.sizeof();
  private static final long SLOT = netmap_slot.sizeof();
  private static final long INDEX = netmap_slot.buf_idx$offset();

  /** Length and flags, 16 bits each, side by side: one word, in the machine's order. */
  private static final long LENGTH = netmap_slot.len$offset();

  private final MemorySegment memory;
  private final int count;
  private final int buffers;

  /**
   * @param memory the ring and its slots, nothing else
   * @param count slots
   * @param buffers that exist in the region
   */
  private SlotRing(MemorySegment memory, int count, int buffers) {
    this.memory = memory;
    this.count = count;
    this.buffers = buffers;
  }

  /** Bytes of a ring with so many slots. */
  static long bytes(int slots) {
    return SLOTS + slots * SLOT;
  }

  /**
   * The ring at an offset of a region.
   *
   * @throws IndexOutOfBoundsException if it is not within it
   */
  static SlotRing at(NetmapMemory region, long offset) {
    MemorySegment whole = region.whole();
    int slots = netmap_ring.num_slots(whole.asSlice(offset, SLOTS));
    if (slots < 2) {
      throw new IndexOutOfBoundsException("a ring of " + slots + " slots");
    }
    return new SlotRing(whole.asSlice(offset, bytes(slots)), slots, region.buffers());
  }

  int count() {
    return count;
  }

  /** The slot after one. */
  int after(int slot) {
    return slot + 1 == count ? 0 : slot + 1;
  }

  /** Slots from one up to another. */
  int distance(int from, int to) {
    int d = to - from;
    return d < 0 ? d + count : d;
  }

  /** Where the kernel's first slot is, or -1 if that makes no sense. */
  int tail() {
    // Acquire: the slots before it are read after it.
    return bounded((int) INT.getAcquire(memory, TAIL));
  }

  int head() {
    return bounded((int) INT.getAcquire(memory, HEAD));
  }

  private int bounded(int slot) {
    return slot >= 0 && slot < count ? slot : -1;
  }

  /**
   * Gives slots up to head to the kernel, and asks to be woken when tail moves past cur. It takes
   * effect with the next call of the kernel.
   */
  void publish(int head, int cur) {
    INT.setRelease(memory, CUR, cur);
    // Release: what the slots before it hold, and what was read from them, comes first.
    INT.setRelease(memory, HEAD, head);
  }

  /** The buffer of a slot, or -1 if there is none of that number. */
  int buffer(int slot) {
    int index = memory.get(ValueLayout.JAVA_INT, SLOTS + slot * SLOT + INDEX);
    return index > 0 && index < buffers ? index : -1;
  }

  void buffer(int slot, int buffer) {
    memory.set(ValueLayout.JAVA_INT, SLOTS + slot * SLOT + INDEX, buffer);
  }

  /** Length in the lower half, flags in the upper one. */
  int word(int slot) {
    return memory.get(ValueLayout.JAVA_INT, SLOTS + slot * SLOT + LENGTH);
  }

  void word(int slot, int length, int flags) {
    memory.set(ValueLayout.JAVA_INT, SLOTS + slot * SLOT + LENGTH, length | flags << 16);
  }

  /** Slots of the frame that begins at one; Integer.MAX_VALUE if it does not end before tail. */
  int pieces(int slot, int tail) {
    int pieces = 1;
    int at = slot;
    while ((word(at) >>> 16 & MORE) != 0) {
      at = after(at);
      if (at == tail) {
        return Integer.MAX_VALUE;
      }
      pieces++;
    }
    return pieces;
  }

  /** Another buffer lies in the slot now, which the kernel has to be told. */
  void exchange(int slot, int buffer) {
    buffer(slot, buffer);
    int word = word(slot);
    word(slot, word & 0xFFFF, word >>> 16 | Netmap.NS_BUF_CHANGED());
  }
}
