package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/** The transmit half of a queue pair. */
final class TransmitSide {
  private static final int BATCH = 32;
  private static final int LARGEST_FRAME = 65562;
  private static final int JUMBO = 9216;
  private static final int FRAME_AT = 64;
  private static final int SPLIT_HEADER_AT = 5;

  private final Virtqueue queue;
  private final DriverRing ring;
  private final BufferPool pool;
  private final int headerBytes;
  private final TwinOptions.Framing framing;
  private final boolean indirect;
  private final NetHeader plain = new NetHeader();
  private final int[] slotOf;
  private final int[] freeSlots;
  private final long[] addresses = new long[6];
  private final int[] lengths = new int[6];
  private int freeCount;
  private int unpublished;
  long frames;
  long bytes;

  TransmitSide(
      TwinMemory memory,
      Virtqueue queue,
      long features,
      int bufferBytes,
      TwinOptions.Framing framing) {
    this.queue = queue;
    this.ring = queue.ring();
    this.framing = framing;
    this.headerBytes = ReceiveSide.headerBytes(features);
    this.indirect = framing != TwinOptions.Framing.ONE && (features & Feature.INDIRECT_DESC) != 0;
    this.pool =
        new BufferPool(memory, slots(features, ring.size()), 1, slotBytes(features, bufferBytes));
    this.slotOf = new int[ring.size()];
    this.freeSlots = new int[pool.slots];
    for (int slot = 0; slot < pool.slots; slot++) {
      freeSlots[freeCount++] = slot;
    }
  }

  private static int slots(long features, int ringSize) {
    return (features & Feature.HOST_LARGE) != 0 ? Math.min(ringSize, 128) : ringSize;
  }

  private static int slotBytes(long features, int bufferBytes) {
    return FRAME_AT
        + ((features & Feature.HOST_LARGE) != 0 ? LARGEST_FRAME : Math.max(bufferBytes, JUMBO));
  }

  static long memoryBytes(long features, int ringSize, int bufferBytes) {
    return BufferPool.bytes(slots(features, ringSize), 1, slotBytes(features, bufferBytes));
  }

  void start() {
    ring.interrupts(false);
  }

  boolean transmit(MemorySegment frame, long offset, int length, NetHeader header) {
    if (length > pool.fragmentBytes - FRAME_AT) {
      throw new IllegalArgumentException(
          "a frame of %d bytes, where %d fit".formatted(length, pool.fragmentBytes - FRAME_AT));
    }
    int slot = takeSlot();
    if (slot < 0) {
      return false;
    }
    long at = pool.offset(slot, 0);
    long body = at + (framing == TwinOptions.Framing.ONE ? headerBytes : FRAME_AT);
    (header != null ? header : plain).write(pool.memory, at, headerBytes);
    MemorySegment.copy(frame, offset, pool.memory, body, length);
    if (!offer(slot, length)) {
      freeSlots[freeCount++] = slot;
      return false;
    }
    return true;
  }

  private int takeSlot() {
    if (freeCount == 0) {
      reclaim();
      if (freeCount == 0) {
        flush();
        return -1;
      }
    }
    return freeSlots[--freeCount];
  }

  private boolean offer(int slot, int length) {
    int token = add(slot, length);
    if (token < 0) {
      reclaim();
      token = add(slot, length);
    }
    if (token < 0) {
      flush();
      return false;
    }
    slotOf[token] = slot;
    frames++;
    bytes += length;
    if (++unpublished >= BATCH) {
      flush();
    }
    return true;
  }

  private int add(int slot, int length) {
    long at = pool.address(slot, 0);
    return switch (framing) {
      case ONE -> ring.add(at, headerBytes + length, false);
      case TWO -> {
        addresses[0] = at;
        lengths[0] = headerBytes;
        addresses[1] = at + FRAME_AT;
        lengths[1] = length;
        yield ring.add(addresses, lengths, 2, 0, indirect);
      }
      case SCATTERED -> ring.add(addresses, lengths, scatter(at, length), 0, indirect);
    };
  }

  private int scatter(long at, int length) {
    addresses[0] = at;
    lengths[0] = SPLIT_HEADER_AT;
    addresses[1] = at + SPLIT_HEADER_AT;
    lengths[1] = headerBytes - SPLIT_HEADER_AT;
    int n = 2;
    int piece = Math.max(1, length / 4);
    for (int done = 0; done < length; n++) {
      addresses[n] = at + FRAME_AT + done;
      lengths[n] = n == 5 ? length - done : Math.min(piece, length - done);
      done += lengths[n];
    }
    return n;
  }

  void preload(MemorySegment frame, int length, NetHeader header) {
    long body = framing == TwinOptions.Framing.ONE ? headerBytes : FRAME_AT;
    for (int slot = 0; slot < pool.slots; slot++) {
      long at = pool.offset(slot, 0);
      (header != null ? header : plain).write(pool.memory, at, headerBytes);
      MemorySegment.copy(frame, 0, pool.memory, at + body, length);
    }
  }

  int repeat(int length, int max) {
    reclaim();
    int sent = 0;
    while (sent < max && freeCount > 0) {
      int slot = freeSlots[freeCount - 1];
      if (!offer(slot, length)) {
        break;
      }
      freeCount--;
      sent++;
    }
    flush();
    return sent;
  }

  void flush() {
    if (unpublished > 0) {
      unpublished = 0;
      queue.flush();
    }
  }

  int reclaim() {
    int n = 0;
    while (ring.nextUsed()) {
      freeSlots[freeCount++] = slotOf[ring.usedToken()];
      n++;
    }
    return n;
  }
}
