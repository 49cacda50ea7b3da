package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Driver side of a packed virtqueue (virtio 1.3, section 2.8). */
public final class PackedDriverRing extends RingParts implements DriverRing {
  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int AVAIL = 1 << 7;
  private static final int USED = 1 << 15;
  private static final int EVENT_ENABLE = 0;
  private static final int EVENT_DISABLE = 1;
  private static final int EVENT_DESCRIPTOR = 2;

  private final boolean eventIndex;
  private final boolean inOrder;

  /** Stack of buffer ids; unused with IN_ORDER, where the head's position is the id. */
  private final int[] freeIds;

  /** Descriptors that a buffer id occupies; 0: not in flight. */
  private final int[] count;

  private final long[] writable;

  /** Ids in the order made available, as a circle of {@link #size}. */
  private final int[] order;

  private int idsLeft;
  private int orderHead;
  private int orderTail;
  private int position;
  private int wrap;
  private int added;
  private long pendingOffset;
  private long pendingWord;
  private int usedPosition;
  private int usedWrap;
  private int batchLast;
  private int batchLength;

  PackedDriverRing(TwinMemory memory, int size, boolean eventIndex, boolean inOrder) {
    super(memory, checked(size), 4, 4);
    this.eventIndex = eventIndex;
    this.inOrder = inOrder;
    this.freeIds = new int[size];
    this.count = new int[size];
    this.writable = new long[size];
    this.order = new int[size];
    reset();
  }

  private static int checked(int size) {
    if (size < 1 || size > 32768) {
      throw new IllegalArgumentException("packed ring size " + size + ": not in 1..32768");
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
    int id = takeId();
    long bytes = writableBytes(length, out, elements);
    if (indirect) {
      MemorySegment entries = indirects.memory();
      long base = IndirectTables.offset(id);
      for (int i = 0; i < elements; i++) {
        entries.set(Le.U64, base + 16L * i, address[i]);
        entries.set(Le.U64, base + 16L * i + 8, word(length[i], 0, i >= out ? WRITE : 0));
      }
      place(indirects.address(id), 16 * elements, id, INDIRECT);
    } else {
      for (int i = 0; i < elements; i++) {
        place(address[i], length[i], id, (i >= out ? WRITE : 0) | (i < elements - 1 ? NEXT : 0));
      }
    }
    return offer(id, slots, bytes);
  }

  @Override
  public int add(long address, int length, boolean deviceWritable) {
    if (free < 1) {
      return -1;
    }
    int id = takeId();
    place(address, length, id, deviceWritable ? WRITE : 0);
    return offer(id, 1, deviceWritable ? length & 0xffffffffL : 0);
  }

  private int takeId() {
    return inOrder ? position : freeIds[--idsLeft];
  }

  private static long word(int length, int id, int flags) {
    return (length & 0xffffffffL) | (long) id << 32 | (long) flags << 48;
  }

  private void place(long address, int length, int id, int flags) {
    long offset = 16L * position;
    long word = word(length, id, flags | (wrap == 1 ? AVAIL : USED));
    ring.set(Le.U64, offset, address);
    // The first descriptor since the last publish hides all that follow: the device polls this
    // one place, so only its flags wait for the releasing store.
    if (pendingOffset < 0) {
      pendingOffset = offset;
      pendingWord = word;
    } else {
      ring.set(Le.U64, offset + 8, word);
    }
    if (++position == size) {
      position = 0;
      wrap ^= 1;
    }
  }

  private int offer(int id, int slots, long bytes) {
    free -= slots;
    inFlight++;
    added += slots;
    count[id] = slots;
    writable[id] = bytes;
    order[orderTail] = id;
    orderTail = orderTail + 1 == size ? 0 : orderTail + 1;
    return id;
  }

  @Override
  public void publish() {
    if (pendingOffset >= 0) {
      // Release: everything behind the first head is visible before its flags are.
      Le.release64(ring, pendingOffset + 8, pendingWord);
      pendingOffset = -1;
    }
  }

  @Override
  public boolean kickNeeded() {
    // Same pairing as on a split ring: flags published, fence, then the device's wish.
    VarHandle.fullFence();
    int moved = added;
    added = 0;
    if (moved == 0) {
      return false;
    }
    int event = Le.acquire32(device, 0);
    int flags = event >>> 16 & 3;
    if (flags != EVENT_DESCRIPTOR || !eventIndex) {
      return flags != EVENT_DISABLE;
    }
    int offset = event & 0x7fff;
    if ((event >>> 15 & 1) != wrap) {
      offset -= size;
    }
    return SplitDriverRing.passed(offset, position, position - moved);
  }

  @Override
  public boolean nextUsed() {
    int token;
    long length;
    if (batchLast >= 0) {
      token = order[orderHead];
      length = writable[token];
    } else {
      // Acquire: the buffer's contents are read after the flags that give it back.
      long word = Le.acquire64(ring, 16L * usedPosition + 8);
      if (!isUsed(word, usedWrap)) {
        return false;
      }
      token = (int) (word >>> 32) & 0xffff;
      // Without the write flag the length is reserved and means nothing.
      length = (word >>> 48 & WRITE) != 0 ? word & 0xffffffffL : 0;
      if (token >= size || count[token] == 0) {
        throw violation("used id " + token + ", which is not in flight");
      }
      if (inOrder && token != order[orderHead]) {
        batchLast = token;
        batchLength = (int) length;
        token = order[orderHead];
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
    return true;
  }

  private static boolean isUsed(long word, int wrap) {
    int available = (int) (word >>> 55) & 1;
    int used = (int) (word >>> 63);
    return available == wrap && used == wrap;
  }

  private DeviceViolation violation(String what) {
    return new DeviceViolation(
        "packed ring, used position " + usedPosition + " wrap " + usedWrap + ": " + what);
  }

  private void recycle(int id) {
    int n = count[id];
    count[id] = 0;
    inFlight--;
    free += n;
    orderHead = orderHead + 1 == size ? 0 : orderHead + 1;
    if (!inOrder) {
      freeIds[idsLeft++] = id;
    }
    usedPosition += n;
    if (usedPosition >= size) {
      usedPosition -= size;
      usedWrap ^= 1;
    }
  }

  @Override
  public boolean interrupts(boolean on) {
    if (on && eventIndex) {
      return interruptAfter(1);
    }
    Le.release32(driver, 0, (on ? EVENT_ENABLE : EVENT_DISABLE) << 16);
    return recheck();
  }

  @Override
  public boolean interruptAfter(int chains) {
    if (!eventIndex) {
      throw new IllegalStateException("EVENT_IDX is not negotiated");
    }
    // Events count descriptors, so walk the chains in flight to the last one wanted.
    int offset = usedPosition;
    int at = orderHead;
    for (int i = 1; i < Math.min(chains, inFlight); i++) {
      offset += inOrder ? count[order[at]] : 1;
      at = at + 1 == size ? 0 : at + 1;
    }
    int eventWrap = usedWrap;
    if (offset >= size) {
      offset -= size;
      eventWrap ^= 1;
    }
    // One store carries offset, wrap bit and flags, so the device never sees a mixture.
    Le.release32(driver, 0, offset | eventWrap << 15 | EVENT_DESCRIPTOR << 16);
    return recheck();
  }

  private boolean recheck() {
    VarHandle.fullFence();
    return batchLast >= 0 || isUsed(Le.acquire64(ring, 16L * usedPosition + 8), usedWrap);
  }

  @Override
  public int base() {
    int at = usedPosition;
    int turn = usedWrap;
    int oldest = orderHead;
    int last = batchLast;
    for (int left = inFlight; left > 0; ) {
      if (last < 0) {
        long word = Le.acquire64(ring, 16L * at + 8);
        last = (int) (word >>> 32) & 0xffff;
        if (!isUsed(word, turn) || last >= size || count[last] == 0) {
          break;
        }
      }
      int id = inOrder ? order[oldest] : last;
      oldest = oldest + 1 == size ? 0 : oldest + 1;
      left--;
      at += count[id];
      if (at >= size) {
        at -= size;
        turn ^= 1;
      }
      if (id == last) {
        last = -1;
      }
    }
    int half = at | turn << 15;
    return half | half << 16;
  }

  @Override
  public void reset() {
    ring.fill((byte) 0);
    driver.fill((byte) 0);
    device.fill((byte) 0);
    for (int i = 0; i < size; i++) {
      freeIds[i] = size - 1 - i;
      count[i] = 0;
    }
    idsLeft = size;
    orderHead = 0;
    orderTail = 0;
    free = size;
    inFlight = 0;
    position = 0;
    wrap = 1;
    added = 0;
    pendingOffset = -1;
    usedPosition = 0;
    usedWrap = 1;
    batchLast = -1;
  }
}
