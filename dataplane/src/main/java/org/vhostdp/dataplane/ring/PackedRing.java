package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.dataplane.memory.GuestMemory;

/** The device's side of a packed virtqueue (virtio 1.3, 2.8). The size need not be a power of 2. */
public final class PackedRing extends DeviceRing {
  /** VIRTQ_DESC_F_AVAIL and VIRTQ_DESC_F_USED in the flags. */
  private static final int AVAIL = 1 << 7;

  private static final int USED = 1 << 15;

  /** The same bits in a descriptor's second word: length, id, flags. */
  private static final long AVAIL_BIT = (long) AVAIL << 48;

  private static final long USED_BIT = (long) USED << 48;

  /** Event flags: RING_EVENT_FLAGS_ENABLE, _DISABLE, _DESC. */
  private static final int ENABLE = 0;

  private static final int DISABLE = 1;
  private static final int AT_DESCRIPTOR = 2;

  private final MemorySegment ring;
  private final MemorySegment driverEvent;
  private final MemorySegment deviceEvent;
  private final boolean readOnly;

  private int next;
  private boolean wrap;
  private int usedSlot;
  private boolean usedWrap;

  /** The first used element of the batch, held back until flush. */
  private int heldSlot = -1;

  private long heldWord;
  private int sinceSignal;

  /** Leading chains of the last batch whose used elements stand in the ring, but for the first. */
  private int prepared;

  PackedRing(RingLayout layout, GuestMemory memory) {
    super(layout, memory);
    ring = layout.descriptors();
    driverEvent = layout.driver();
    deviceEvent = layout.device();
    readOnly = layout.readOnly();
    next = (layout.base() & 0x7FFF) % size;
    wrap = (layout.base() & 0x8000) != 0 || layout.base() == 0 && unused();
    usedSlot = next;
    usedWrap = wrap;
  }

  /**
   * Whether the ring was never used. A front-end may give 0 as the base of a new ring (user-mode
   * Linux does), although wrap counters begin at 1. In a ring that has wrapped, some slot was used;
   * not always slot 0, which may lie inside a chain or a batch.
   */
  private boolean unused() {
    for (int slot = 0; slot < size; slot++) {
      if (((long) LONG_HANDLE.getOpaque(ring, slot * 16L + 8) & USED_BIT) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int collect(Chains c, int max) {
    c.clear();
    if (fault() != null) {
      return -1;
    }
    int slot = next;
    boolean phase = wrap;
    int free = size;
    int i = 0;
    while (i < max && free > 0 && roomForChain(c)) {
      int run = i;
      if (i == c.plain) {
        run = readPlain(c, i, slot, phase, limit(c, i, max, slot, free));
      }
      run = readShort(c, run, slot + run - i, phase, i + limit(c, i, max, slot, free));
      free -= run - i;
      slot += run - i;
      i = run;
      if (slot < size && i < max && free > 0 && roomForChain(c)) {
        // Acquire: address and buffer are read after the flags that made them available.
        long word = (long) LONG_HANDLE.getAcquire(ring, slot * 16L + 8);
        if (!available(word, phase)) {
          break;
        }
        if (!walk(c, i, slot, phase, word, free)) {
          return -1;
        }
        free -= c.slots[i];
        slot += c.slots[i++];
      }
      if (slot >= size) {
        slot -= size;
        phase = !phase;
      }
    }
    c.count = i;
    return i;
  }

  /** How many chains of one slot a loop may read: the batch, the ring's end. */
  private int limit(Chains c, int i, int max, int slot, int free) {
    return Math.min(Math.min(max - i, free), size - slot);
  }

  /** Plain chains, as long as there were no others before. */
  private int readPlain(Chains c, int begin, int slot, boolean phase, int most) {
    int end = begin + Math.min(most, singlesWithRoom(c));
    int i = readPlain(ring, c, begin, slot, phase, plainFlags, end, hitGuest(), hitSize());
    if (i > begin) {
      c.plainTo(i, hitRegion(), plainFlags == WRITE);
    }
    return i;
  }

  /**
   * The loop of plain chains, in the region last hit. Static, with everything in locals, and with
   * as few stores as will do.
   *
   * @return the first chain that is none, or the end
   */
  private static int readPlain(
      MemorySegment ring,
      Chains c,
      int begin,
      int beginSlot,
      boolean phase,
      int plainFlags,
      int end,
      long hitGuest,
      long hitSize) {
    int[] id = c.id;
    long[] offsets = c.offset;
    int[] length = c.length;
    long expected = (phase ? AVAIL_BIT : USED_BIT) | (long) plainFlags << 48;
    long relevant = AVAIL_BIT | USED_BIT | (long) (NEXT | WRITE | INDIRECT) << 48;
    for (int i = begin; i < end; i++) {
      long at = (beginSlot + i - begin) * 16L;
      // Acquire: address and buffer are read after the flags that made them available.
      long word = (long) LONG_HANDLE.getAcquire(ring, at + 8);
      if ((word & relevant) != expected) {
        return i;
      }
      long offset = ring.get(LONG, at) - hitGuest;
      long bytes = word & 0xFFFFFFFFL;
      if (offset < 0 || offset > hitSize - bytes || (int) bytes <= 0) {
        return i;
      }
      offsets[i] = offset;
      length[i] = (int) bytes;
      id[i] = (int) (word >>> 32) & 0xFFFF;
    }
    return end;
  }

  private int readShort(Chains c, int begin, int slot, boolean phase, int end) {
    return readShort(
        ring,
        hitMemory(),
        readOnly ? WRITE : 0,
        indirectAllowed(),
        c,
        begin,
        slot,
        phase,
        end,
        hitGuest(),
        hitSize(),
        hitRegion());
  }

  /**
   * The loop of chains of one buffer or one indirect table each, in any mixture, in the region last
   * hit. Static, with everything in locals.
   *
   * @return the first chain that is none, or the end
   */
  private static int readShort(
      MemorySegment ring,
      MemorySegment memory,
      int ignored,
      boolean tables,
      Chains c,
      int begin,
      int beginSlot,
      boolean phase,
      int end,
      long hitGuest,
      long hitSize,
      int hitRegion) {
    int[] first = c.first;
    int[] writable = c.writable;
    long[] readableBytes = c.readableBytes;
    long[] writableBytes = c.writableBytes;
    int[] region = c.region;
    long[] offsets = c.offset;
    int[] length = c.length;
    int most = Math.min((int) (ring.byteSize() >>> 4), Chains.LONGEST);
    int b = c.buffers;
    int last = region.length - 2 * most;
    long expected = phase ? AVAIL_BIT : USED_BIT;
    long relevant = AVAIL_BIT | USED_BIT | (long) NEXT << 48;
    int i = begin;
    while (i < end && b <= last) {
      long slot = (beginSlot + i - begin) * 16L;
      // Acquire: address and buffer or table are read after the flags that made them available.
      long word = (long) LONG_HANDLE.getAcquire(ring, slot + 8);
      if ((word & relevant) != expected) {
        break;
      }
      long at = ring.get(LONG, slot) - hitGuest;
      long bytes = word & 0xFFFFFFFFL;
      if ((word & (long) INDIRECT << 48) != 0) {
        int after =
            tables
                ? IndirectTable.read(
                    memory, at, bytes, most, 48, ignored, c, i, b, hitGuest, hitSize, hitRegion)
                : -1;
        if (after < 0) {
          break;
        }
        b = after;
      } else {
        if (at < 0 || at > hitSize - bytes || (int) bytes <= 0) {
          break;
        }
        boolean write = (word & (long) WRITE << 48) != 0;
        region[b] = hitRegion;
        offsets[b] = at;
        length[b] = (int) bytes;
        first[i] = b;
        writable[i] = write ? b : b + 1;
        readableBytes[i] = write ? 0 : bytes;
        writableBytes[i] = write ? bytes : 0;
        first[i + 1] = ++b;
      }
      c.id[i] = (int) (word >>> 32) & 0xFFFF;
      c.slots[i] = 1;
      i++;
    }
    c.buffers = b;
    return i;
  }

  private static boolean available(long word, boolean phase) {
    return (word & AVAIL_BIT) != 0 == phase && (word & USED_BIT) != 0 != phase;
  }

  private boolean walk(Chains c, int i, int firstSlot, boolean phase, long firstWord, int free) {
    begin(c, i);
    int slot = firstSlot;
    long word = firstWord;
    for (int taken = 1; taken <= Math.min(free, longest); taken++) {
      int flags = (int) (word >>> 48);
      long address = ring.get(LONG, slot * 16L);
      long bytes = word & 0xFFFFFFFFL;
      if ((flags & INDIRECT) != 0) {
        if (taken > 1) {
          broken("an indirect descriptor inside a chain");
          return false;
        }
        if (!walkIndirect(c, i, loadIndirect(c, address, bytes, flags))) {
          return false;
        }
      } else if (!addBuffer(c, i, address, bytes, (flags & WRITE) != 0)) {
        return false;
      }
      if ((flags & NEXT) == 0) {
        end(c, i, (int) (word >>> 32) & 0xFFFF, taken);
        return true;
      }
      if (++slot == size) {
        slot = 0;
      }
      // The driver makes a chain available by its head, written last: the others are complete.
      word = ring.get(LONG, slot * 16L + 8);
    }
    broken(tooLong());
    return false;
  }

  private boolean walkIndirect(Chains c, int i, int entries) {
    for (int at = 0; at < entries; at++) {
      long word = indirectWord(at);
      int flags = (int) (word >>> 48);
      if ((flags & INDIRECT) != 0) {
        broken("an indirect descriptor inside an indirect table");
        return false;
      }
      // DPDK leaves WRITE set in some entries of the tables that it sends from: its own back-end
      // does not look. Where nothing can be written the flag has no meaning.
      boolean write = (flags & WRITE) != 0 && !readOnly;
      if (!addBuffer(c, i, indirectAddress(at), word & 0xFFFFFFFFL, write)) {
        return false;
      }
    }
    return entries > 0;
  }

  @Override
  public void prepare(Chains c, int from, int to) {
    if (inOrder) {
      return;
    }
    // The first used element is the door to the batch: it is written by flush.
    for (int i = Math.max(from, 1); i < to; i++) {
      int slot = next + i;
      boolean phase = wrap;
      if (slot >= size) {
        slot -= size;
        phase = !phase;
      }
      ring.set(LONG, slot * 16L + 8, (long) c.id[i] << 32 | usedFlags(phase));
    }
    prepared = to;
  }

  @Override
  public void takeBack(Chains c) {
    takeBack(c, 0);
    prepared = 0;
  }

  /** Makes prepared chains available again: the driver refused their frames, or failed. */
  private void takeBack(Chains c, int from) {
    for (int i = Math.max(from, 1); i < prepared; i++) {
      int slot = next + i;
      boolean phase = wrap;
      if (slot >= size) {
        slot -= size;
        phase = !phase;
      }
      long flags = (phase ? AVAIL_BIT : USED_BIT) | (long) plainFlags << 48;
      ring.set(LONG, slot * 16L + 8, c.length[i] & 0xFFFFFFFFL | (long) c.id[i] << 32 | flags);
    }
  }

  private static long usedFlags(boolean phase) {
    return phase ? AVAIL_BIT | USED_BIT : 0;
  }

  @Override
  public void complete(Chains c, int from, int count) {
    if (prepared > from + count) {
      takeBack(c, from + count);
    }
    if (inOrder && batchNeedsOneEntry(c, from, count)) {
      int slots = 0;
      for (int i = from; i < from + count; i++) {
        slots += i < c.plain ? 1 : c.slots[i];
      }
      put(c.id[from + count - 1], 0);
      advance(slots);
    } else {
      int ready = Math.min(prepared, from + count);
      int i = from;
      if (ready > 0) {
        put(c.id[0], 0);
        advance(ready);
        i = ready;
      }
      for (; i < from + count; i++) {
        put(c.id[i], c.written[i]);
        advance(i < c.plain ? 1 : c.slots[i]);
      }
    }
    prepared = 0;
    next = usedSlot;
    wrap = usedWrap;
  }

  /** Only where nothing can be written: a skipped buffer counts as wholly written (2.8.16). */
  private static boolean batchNeedsOneEntry(Chains c, int from, int count) {
    if (from < c.plain && c.plainWritable) {
      return false;
    }
    long writable = 0;
    for (int i = Math.max(from, c.plain); i < from + count; i++) {
      writable |= c.writableBytes[i];
    }
    return writable == 0;
  }

  private void put(int id, int written) {
    long flags = usedFlags(usedWrap) | (written != 0 ? (long) WRITE << 48 : 0);
    long word = written & 0xFFFFFFFFL | (long) id << 32 | flags;
    if (heldSlot < 0) {
      // The driver reads used elements in ring order, so the first one is the door to the batch: it
      // is written last, with release.
      heldSlot = usedSlot;
      heldWord = word;
    } else {
      ring.set(LONG, usedSlot * 16L + 8, word);
    }
  }

  private void advance(int slots) {
    sinceSignal += slots;
    usedSlot += slots;
    if (usedSlot >= size) {
      usedSlot -= size;
      usedWrap = !usedWrap;
    }
  }

  @Override
  public void flush() {
    if (heldSlot >= 0) {
      LONG_HANDLE.setRelease(ring, heldSlot * 16L + 8, heldWord);
      heldSlot = -1;
    }
  }

  @Override
  public boolean interruptWanted() {
    // Full fence between publishing used and reading the driver's wish, as in the split ring.
    VarHandle.fullFence();
    int since = sinceSignal;
    sinceSignal = 0;
    if (since == 0) {
      return false;
    }
    // Acquire: the driver writes the position, then the flag that refers to it.
    int flags = (short) SHORT_HANDLE.getAcquire(driverEvent, 2L) & 3;
    if (flags != AT_DESCRIPTOR || !eventIdx) {
      return flags != DISABLE;
    }
    int event = (short) SHORT_HANDLE.getOpaque(driverEvent, 0L) & 0xFFFF;
    int at = event & 0x7FFF;
    if ((event & 0x8000) != 0 != usedWrap) {
      at -= size;
    }
    // 2.8.10: distances backwards from the next used slot, in ring positions.
    return usedSlot - at - 1 >= 0 && usedSlot - at - 1 < since;
  }

  @Override
  public void suppressKicks() {
    store(deviceEvent, 2L, (short) DISABLE);
  }

  @Override
  public boolean requestKicks() {
    if (eventIdx) {
      store(deviceEvent, 0L, (short) (next | (wrap ? 0x8000 : 0)));
      // Release: the position is visible before the flag that refers to it.
      store(deviceEvent, 2L, (short) AT_DESCRIPTOR);
    } else {
      store(deviceEvent, 2L, (short) ENABLE);
    }
    VarHandle.fullFence();
    return hasWork();
  }

  @Override
  public boolean hasWork() {
    return fault() == null && available((long) LONG_HANDLE.getOpaque(ring, next * 16L + 8), wrap);
  }

  @Override
  public int base() {
    return next | (wrap ? 0x8000 : 0);
  }
}
