package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Driver side of a split virtqueue (virtio 1.3, section 2.7). */
public final class SplitDriverRing extends RingParts implements DriverRing {
  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int FLAGS = 0;
  private static final int INDEX = 2;
  private static final int RING = 4;

  private final int mask;
  private final boolean eventIndex;
  private final boolean inOrder;

  /** Link to the next descriptor, of a chain or of the free list. */
  private final int[] next;

  /** Descriptors that the chain at a head occupies; 0: not in flight. */
  private final int[] count;

  /** Device-writable bytes of the chain at a head. */
  private final long[] writable;

  /** Head by available index; IN_ORDER returns them in this order. */
  private final int[] order;

  private int freeHead;
  private int available;
  private int published;
  private int kicked;
  private int lastUsed;
  private int seenUsed;
  private int batchLast;
  private int batchLength;

  SplitDriverRing(TwinMemory memory, int size, boolean eventIndex, boolean inOrder) {
    super(memory, checked(size), 6 + 2L * size, 6 + 8L * size);
    this.mask = size - 1;
    this.eventIndex = eventIndex;
    this.inOrder = inOrder;
    this.next = new int[size];
    this.count = new int[size];
    this.writable = new long[size];
    this.order = new int[size];
    reset();
  }

  private static int checked(int size) {
    if (size < 1 || size > 32768 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("split ring size " + size + ": not a power of two");
    }
    return size;
  }

  @Override
  public int add(long[] address, int[] length, int out, int in, boolean indirect) {
    int elements = out + in;
    int slots = slots(elements, indirect);
    if (slots > free) {
      return -1;
    }
    int head = freeHead;
    long bytes = writableBytes(length, out, elements);
    if (indirect) {
      MemorySegment entries = indirects.memory();
      long base = IndirectTables.offset(head);
      for (int i = 0; i < elements; i++) {
        int flags = (i >= out ? WRITE : 0) | (i < elements - 1 ? NEXT : 0);
        int link = i < elements - 1 ? i + 1 : 0;
        describe(entries, base + 16L * i, address[i], length[i], flags, link);
      }
      describe(ring, 16L * head, indirects.address(head), 16 * elements, INDIRECT, 0);
      freeHead = next[head];
    } else {
      int slot = head;
      for (int i = 0; i < elements; i++) {
        int flags = (i >= out ? WRITE : 0) | (i < elements - 1 ? NEXT : 0);
        describe(ring, 16L * slot, address[i], length[i], flags, next[slot]);
        slot = next[slot];
      }
      freeHead = slot;
    }
    return offer(head, slots, bytes);
  }

  @Override
  public int add(long address, int length, boolean deviceWritable) {
    if (free < 1) {
      return -1;
    }
    int head = freeHead;
    describe(ring, 16L * head, address, length, deviceWritable ? WRITE : 0, 0);
    freeHead = next[head];
    return offer(head, 1, deviceWritable ? length & 0xffffffffL : 0);
  }

  private static void describe(
      MemorySegment memory, long offset, long address, int length, int flags, int link) {
    memory.set(Le.U64, offset, address);
    memory.set(Le.U64, offset + 8, (length & 0xffffffffL) | (long) flags << 32 | (long) link << 48);
  }

  private int offer(int head, int slots, long bytes) {
    free -= slots;
    inFlight++;
    count[head] = slots;
    writable[head] = bytes;
    order[available & mask] = head;
    driver.set(Le.U16, RING + 2L * (available & mask), (short) head);
    available++;
    return head;
  }

  @Override
  public void publish() {
    if (published != available) {
      published = available;
      // Release: descriptors and ring entries are visible before the index that covers them.
      Le.release16(driver, INDEX, available);
    }
  }

  @Override
  public boolean kickNeeded() {
    // The index must be visible before the device's wish is read: it writes its wish and then
    // reads the index, so one of both sides sees the other's store.
    VarHandle.fullFence();
    int old = kicked;
    kicked = published;
    if (old == published) {
      return false;
    }
    if (eventIndex) {
      return passed(Le.acquire16(device, RING + 8L * size), published, old);
    }
    return (Le.acquire16(device, FLAGS) & 1) == 0;
  }

  /**
   * Whether moving an index from {@code old} to {@code now} steps over {@code event} (virtio 1.3,
   * 2.7.10): all modulo 2^16.
   */
  static boolean passed(int event, int now, int old) {
    return ((now - event - 1) & 0xffff) < ((now - old) & 0xffff);
  }

  @Override
  public boolean nextUsed() {
    if (((lastUsed ^ seenUsed) & 0xffff) == 0 && !look()) {
      return false;
    }
    int token;
    long length;
    if (batchLast >= 0) {
      token = order[lastUsed & mask];
      length = writable[token];
    } else {
      long element = device.get(Le.U64_ANY, RING + 8L * (lastUsed & mask));
      token = (int) element;
      length = element >>> 32;
      if (token < 0 || token >= size || count[token] == 0) {
        throw violation("used id " + (element & 0xffffffffL) + ", which is not in flight");
      }
      if (inOrder && token != order[lastUsed & mask]) {
        batchLast = token;
        batchLength = (int) length;
        token = order[lastUsed & mask];
        length = writable[token];
      }
    }
    if (token == batchLast) {
      length = batchLength & 0xffffffffL;
      batchLast = -1;
    }
    if (length > writable[token]) {
      throw violation(
          "used length " + length + " for a chain of " + writable[token] + " writable bytes");
    }
    usedToken = token;
    usedLength = (int) length;
    recycle(token);
    lastUsed++;
    return true;
  }

  private boolean look() {
    // Acquire: used elements, and what the device wrote to the buffers, are read after the index.
    seenUsed = Le.acquire16(device, INDEX);
    int fresh = (seenUsed - lastUsed) & 0xffff;
    if (fresh == 0) {
      if (batchLast >= 0) {
        throw violation("an IN_ORDER batch up to id " + batchLast + " goes past the used index");
      }
      return false;
    }
    if (fresh > inFlight) {
      throw violation("used index " + seenUsed + " with " + inFlight + " chains in flight");
    }
    return true;
  }

  private DeviceViolation violation(String what) {
    return new DeviceViolation("split ring, used position " + (lastUsed & 0xffff) + ": " + what);
  }

  private void recycle(int head) {
    int n = count[head];
    count[head] = 0;
    inFlight--;
    free += n;
    // IN_ORDER keeps the table a circle: links never change and the free part only moves on.
    if (!inOrder) {
      int tail = head;
      for (int i = 1; i < n; i++) {
        tail = next[tail];
      }
      next[tail] = freeHead;
      freeHead = head;
    }
  }

  @Override
  public boolean interrupts(boolean on) {
    if (eventIndex) {
      // Off: the event just behind us, which the index reaches only after a full turn of 2^16.
      Le.release16(driver, RING + 2L * size, on ? lastUsed : lastUsed - 1);
    } else {
      Le.release16(driver, FLAGS, on ? 0 : 1);
    }
    return recheck();
  }

  @Override
  public boolean interruptAfter(int chains) {
    if (!eventIndex) {
      throw new IllegalStateException("EVENT_IDX is not negotiated");
    }
    Le.release16(driver, RING + 2L * size, lastUsed + chains - 1);
    return recheck();
  }

  private boolean recheck() {
    // Our wish must be visible before the index is read, or a used chain may go unnoticed.
    VarHandle.fullFence();
    return Le.acquire16(device, INDEX) != (lastUsed & 0xffff);
  }

  @Override
  public int base() {
    return Le.acquire16(device, INDEX);
  }

  @Override
  public void reset() {
    ring.fill((byte) 0);
    driver.fill((byte) 0);
    device.fill((byte) 0);
    for (int i = 0; i < size; i++) {
      next[i] = (i + 1) & mask;
      count[i] = 0;
    }
    freeHead = 0;
    free = size;
    inFlight = 0;
    available = 0;
    published = 0;
    kicked = 0;
    lastUsed = 0;
    seenUsed = 0;
    batchLast = -1;
  }
}
