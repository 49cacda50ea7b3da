package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.dataplane.memory.GuestMemory;

/** The device's side of a split virtqueue (virtio 1.3, 2.7). */
public final class SplitRing extends DeviceRing {
  /** Offset of idx in the available and used rings. */
  private static final long INDEX = 2;

  /** Offset of the first entry in the available and used rings. */
  private static final long ENTRIES = 4;

  /** VIRTQ_AVAIL_F_NO_INTERRUPT and VIRTQ_USED_F_NO_NOTIFY. */
  private static final int SUPPRESS = 1;

  private final MemorySegment descriptors;
  private final MemorySegment avail;
  private final MemorySegment used;
  private final int mask;
  private final long usedEvent;
  private final long availEvent;

  private int nextAvail;
  private int nextUsed;
  private int flushedUsed;
  private int signalledUsed;

  SplitRing(RingLayout layout, GuestMemory memory) {
    super(layout, memory);
    descriptors = layout.descriptors();
    avail = layout.driver();
    used = layout.device();
    mask = size - 1;
    usedEvent = ENTRIES + 2L * size;
    availEvent = ENTRIES + 8L * size;
    nextAvail = layout.base() & 0xFFFF;
    // Nothing stays in flight when a ring stops, so the used index continues where the available
    // one does; a front-end that restores only one of them gives the same number.
    nextUsed = nextAvail;
    flushedUsed = nextUsed;
    signalledUsed = nextUsed;
  }

  @Override
  public int collect(Chains c, int max) {
    c.clear();
    // Acquire: entries and descriptors are read after the index that made them available.
    int index = (short) SHORT_HANDLE.getAcquire(avail, INDEX) & 0xFFFF;
    int ready = (index - nextAvail) & 0xFFFF;
    if (ready == 0) {
      return fault() == null ? 0 : -1;
    }
    if (ready > size || fault() != null) {
      return broken("the available index is " + ready + " ahead, the ring has " + size);
    }
    return read(c, Math.min(ready, max));
  }

  private int read(Chains c, int n) {
    int i = readPlain(c, Math.min(n, singlesWithRoom(c)));
    c.plainTo(i, hitRegion(), plainFlags == WRITE);
    while (i < n && roomForChain(c)) {
      int run = readShort(c, i, n);
      if (run > i) {
        i = run;
      } else if (readAny(c, i)) {
        i++;
      } else {
        return -1;
      }
    }
    c.count = i;
    return i;
  }

  private int readPlain(Chains c, int end) {
    return readPlain(
        avail, descriptors, mask, nextAvail, plainFlags, c, end, hitGuest(), hitSize());
  }

  /**
   * The loop of plain chains, in the region last hit. Static, with everything in locals, and with
   * as few stores as will do.
   *
   * @return the first chain that is none, or the end
   */
  private static int readPlain(
      MemorySegment ring,
      MemorySegment table,
      int mask,
      int next,
      int plainFlags,
      Chains c,
      int end,
      long hitGuest,
      long hitSize) {
    int[] id = c.id;
    long[] offsets = c.offset;
    int[] length = c.length;
    for (int i = 0; i < end; i++) {
      int named = ring.get(SHORT, ENTRIES + 2L * ((next + i) & mask)) & 0xFFFF;
      // If the page vanishes under the load, the register keeps whatever it held until the error is
      // raised, and the compiler takes 16 bits for granted: only the masked number is safe to use.
      int head = named & mask;
      long word = table.get(LONG, head * 16L + 8);
      long offset = table.get(LONG, head * 16L) - hitGuest;
      long bytes = word & 0xFFFFFFFFL;
      if (head != named
          || ((int) (word >>> 32) & (NEXT | WRITE | INDIRECT)) != plainFlags
          || offset < 0
          || offset > hitSize - bytes
          || (int) bytes <= 0) {
        return i;
      }
      offsets[i] = offset;
      length[i] = (int) bytes;
      id[i] = head;
    }
    return end;
  }

  private int readShort(Chains c, int begin, int end) {
    return readShort(
        avail,
        descriptors,
        hitMemory(),
        indirectAllowed(),
        nextAvail,
        c,
        begin,
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
      MemorySegment table,
      MemorySegment memory,
      boolean tables,
      int next,
      Chains c,
      int begin,
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
    int size = (int) (table.byteSize() >>> 4);
    int mask = size - 1;
    int most = Math.min(size, Chains.LONGEST);
    int b = c.buffers;
    int last = region.length - 2 * most;
    int i = begin;
    while (i < end && b <= last) {
      int named = ring.get(SHORT, ENTRIES + 2L * ((next + i) & mask)) & 0xFFFF;
      // If the page vanishes under the load, the register keeps whatever it held until the error is
      // raised, and the compiler takes 16 bits for granted: only the masked number is safe to use.
      int head = named & mask;
      long word = table.get(LONG, head * 16L + 8);
      int flags = (int) (word >>> 32) & 0xFFFF;
      if (head != named || (flags & NEXT) != 0) {
        break;
      }
      long at = table.get(LONG, head * 16L) - hitGuest;
      long bytes = word & 0xFFFFFFFFL;
      if ((flags & INDIRECT) != 0) {
        int after =
            tables
                ? IndirectTable.read(
                    memory, at, bytes, most, 32, 0, c, i, b, hitGuest, hitSize, hitRegion)
                : -1;
        if (after < 0) {
          break;
        }
        b = after;
      } else {
        if (at < 0 || at > hitSize - bytes || (int) bytes <= 0) {
          break;
        }
        boolean write = (flags & WRITE) != 0;
        region[b] = hitRegion;
        offsets[b] = at;
        length[b] = (int) bytes;
        first[i] = b;
        writable[i] = write ? b : b + 1;
        readableBytes[i] = write ? 0 : bytes;
        writableBytes[i] = write ? bytes : 0;
        first[i + 1] = ++b;
      }
      c.id[i] = head;
      c.slots[i] = 1;
      i++;
    }
    c.buffers = b;
    return i;
  }

  private boolean readAny(Chains c, int i) {
    int named = avail.get(SHORT, ENTRIES + 2L * ((nextAvail + i) & mask)) & 0xFFFF;
    int head = named & mask;
    if (head != named) {
      broken("the available ring names descriptor " + named + " of " + size);
      return false;
    }
    long address = descriptors.get(LONG, head * 16L);
    long word = descriptors.get(LONG, head * 16L + 8);
    return walk(c, i, head, address, word);
  }

  private boolean walk(Chains c, int i, int head, long headAddress, long headWord) {
    begin(c, i);
    long address = headAddress;
    long word = headWord;
    for (int left = longest; left > 0; left--) {
      int flags = (int) (word >>> 32) & 0xFFFF;
      if ((flags & INDIRECT) != 0) {
        if (!walkIndirect(c, i, loadIndirect(c, address, word & 0xFFFFFFFFL, flags))) {
          return false;
        }
        end(c, i, head, 1);
        return true;
      }
      if (!addBuffer(c, i, address, word & 0xFFFFFFFFL, (flags & WRITE) != 0)) {
        return false;
      }
      if ((flags & NEXT) == 0) {
        end(c, i, head, 1);
        return true;
      }
      int next = (int) (word >>> 48);
      if (next >= size) {
        broken("a descriptor names descriptor " + next + " of " + size + " as its next");
        return false;
      }
      address = descriptors.get(LONG, next * 16L);
      word = descriptors.get(LONG, next * 16L + 8);
    }
    broken(tooLong());
    return false;
  }

  private boolean walkIndirect(Chains c, int i, int entries) {
    int at = 0;
    for (int left = entries; left > 0; left--) {
      long word = indirectWord(at);
      int flags = (int) (word >>> 32) & 0xFFFF;
      if ((flags & INDIRECT) != 0) {
        broken("an indirect descriptor inside an indirect table");
        return false;
      }
      if (!addBuffer(c, i, indirectAddress(at), word & 0xFFFFFFFFL, (flags & WRITE) != 0)) {
        return false;
      }
      if ((flags & NEXT) == 0) {
        return true;
      }
      at = (int) (word >>> 48);
      if (at >= entries) {
        broken("an indirect table names entry " + at + " of " + entries);
        return false;
      }
    }
    if (entries > 0) {
      broken("a chain in an indirect table is longer than the table: a loop");
    }
    return false;
  }

  @Override
  public void prepare(Chains c, int from, int to) {
    // The used ring has cache lines of its own, eight elements in each.
  }

  @Override
  public void takeBack(Chains c) {
    // Nothing was prepared.
  }

  @Override
  public void complete(Chains c, int from, int count) {
    if (inOrder && batchNeedsOneEntry(c, from, count)) {
      // 2.7.9 in order: one entry, that of the batch's last buffer, stands for all of it.
      used.set(LONG_ANY, usedEntry(nextUsed), c.id[from + count - 1] & 0xFFFFFFFFL);
    } else {
      int at = nextUsed;
      for (int i = from; i < from + count; i++) {
        // What stands there already, as it often does a lap later, is not written again: a store
        // would take the line away from the guest's core.
        long entry = usedEntry(at++);
        long element = c.id[i] & 0xFFFFFFFFL | (long) c.written[i] << 32;
        if (used.get(LONG_ANY, entry) != element) {
          used.set(LONG_ANY, entry, element);
        }
      }
    }
    nextAvail = (nextAvail + count) & 0xFFFF;
    nextUsed = (nextUsed + count) & 0xFFFF;
  }

  /** Only where nothing can be written: a skipped buffer counts as wholly written (2.7.9). */
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

  private long usedEntry(int index) {
    return ENTRIES + 8L * (index & mask);
  }

  @Override
  public void flush() {
    if (nextUsed != flushedUsed) {
      // Release: the entries, and the bytes in the buffers, are visible before the index.
      store(used, INDEX, (short) nextUsed);
      flushedUsed = nextUsed;
    }
  }

  @Override
  public boolean interruptWanted() {
    // Full fence: the driver writes its wish and then reads the used index; we wrote the used index
    // and now read its wish. Without the fence both could miss the other's write.
    VarHandle.fullFence();
    int old = signalledUsed;
    signalledUsed = flushedUsed;
    if (eventIdx) {
      int event = (short) SHORT_HANDLE.getOpaque(avail, usedEvent) & 0xFFFF;
      // 2.7.7.2: has the used index passed the event index since the last time?
      return ((flushedUsed - event - 1) & 0xFFFF) < ((flushedUsed - old) & 0xFFFF);
    }
    return old != flushedUsed && ((short) SHORT_HANDLE.getOpaque(avail, 0L) & SUPPRESS) == 0;
  }

  @Override
  public void suppressKicks() {
    if (!eventIdx) {
      store(used, 0L, (short) SUPPRESS);
    }
    // With event indices an old avail_event is suppression enough: the driver kicks once, when its
    // index passes that event, and then not again.
  }

  @Override
  public boolean requestKicks() {
    if (eventIdx) {
      store(used, availEvent, (short) nextAvail);
    } else {
      store(used, 0L, (short) 0);
    }
    // Full fence: our wish is visible before we look again, see interruptWanted.
    VarHandle.fullFence();
    return hasWork();
  }

  @Override
  public boolean hasWork() {
    return fault() == null && ((short) SHORT_HANDLE.getOpaque(avail, INDEX) & 0xFFFF) != nextAvail;
  }

  @Override
  public int base() {
    return nextAvail;
  }
}
