package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/** The receive half of a queue pair: buffers out, frames in. */
final class ReceiveSide {
  private static final int PAGE = 4096;
  private static final int LARGEST_FRAME = 65562;
  private static final int BATCH = 16;

  private final Virtqueue queue;
  private final DriverRing ring;
  private final BufferPool pool;
  private final boolean mergeable;
  private final boolean indirect;
  private final int headerBytes;
  private final int[] slotOf;
  private final long[] addresses;
  private final int[] lengths;
  private int unpublished;
  boolean lenient;
  long frames;
  long bytes;

  ReceiveSide(TwinMemory memory, Virtqueue queue, long features, int bufferBytes) {
    this.queue = queue;
    this.ring = queue.ring();
    this.mergeable = (features & Feature.MRG_RXBUF) != 0;
    this.headerBytes = headerBytes(features);
    boolean large = isLarge(features);
    this.indirect = large && (features & Feature.INDIRECT_DESC) != 0;
    this.pool =
        new BufferPool(
            memory, slots(features, ring.size()), fragments(features), large ? PAGE : bufferBytes);
    this.slotOf = new int[ring.size()];
    this.addresses = new long[pool.fragments];
    this.lengths = new int[pool.fragments];
  }

  static int headerBytes(long features) {
    if ((features & Feature.HASH_REPORT) != 0) {
      return NetHeader.HASHED;
    }
    return (features & (Feature.VERSION_1 | Feature.MRG_RXBUF)) != 0
        ? NetHeader.MODERN
        : NetHeader.LEGACY;
  }

  /** Without mergeable buffers each buffer must take the largest frame there may be. */
  private static boolean isLarge(long features) {
    return (features & Feature.MRG_RXBUF) == 0 && (features & Feature.GUEST_LARGE) != 0;
  }

  private static int fragments(long features) {
    return isLarge(features) ? (LARGEST_FRAME + PAGE - 1) / PAGE : 1;
  }

  private static int slots(long features, int ringSize) {
    if (!isLarge(features)) {
      return ringSize;
    }
    return (features & Feature.INDIRECT_DESC) != 0
        ? Math.min(ringSize, 128)
        : ringSize / fragments(features);
  }

  static long memoryBytes(long features, int ringSize, int bufferBytes) {
    return BufferPool.bytes(
        slots(features, ringSize), fragments(features), isLarge(features) ? PAGE : bufferBytes);
  }

  void fill() {
    for (int slot = 0; slot < pool.slots; slot++) {
      give(slot);
    }
    ring.interrupts(false);
    ring.publish();
    unpublished = 0;
  }

  private void give(int slot) {
    int token;
    if (pool.fragments == 1) {
      token = ring.add(pool.address(slot, 0), pool.fragmentBytes, true);
    } else {
      for (int i = 0; i < pool.fragments; i++) {
        addresses[i] = pool.address(slot, i);
        lengths[i] = pool.fragmentBytes;
      }
      token = ring.add(addresses, lengths, 0, pool.fragments, indirect);
    }
    slotOf[token] = slot;
    unpublished++;
  }

  void flush() {
    if (unpublished > 0) {
      unpublished = 0;
      queue.flush();
    }
  }

  int receive(MemorySegment into, long offset, NetHeader header) {
    if (!ring.nextUsed()) {
      flush();
      return -1;
    }
    int slot = slotOf[ring.usedToken()];
    int used = ring.usedLength();
    if (used < headerBytes) {
      throw new DeviceViolation("a received frame of " + used + " bytes, header included");
    }
    header.read(pool.memory, pool.offset(slot, 0), headerBytes);
    int buffers = buffers(header);
    int length = used - headerBytes;
    take(slot, headerBytes, length, into, offset);
    for (int i = 1; i < buffers; i++) {
      if (used != pool.capacity()) {
        throw new DeviceViolation(
            "buffer %d of %d of a frame holds %d bytes and is not full"
                .formatted(i, buffers, used));
      }
      if (!ring.nextUsed()) {
        throw new DeviceViolation("only %d of %d buffers of a frame".formatted(i, buffers));
      }
      used = ring.usedLength();
      take(slotOf[ring.usedToken()], 0, used, into, offset + length);
      length += used;
    }
    if (unpublished >= BATCH) {
      flush();
    }
    frames++;
    bytes += length;
    return length;
  }

  private int buffers(NetHeader header) {
    if (mergeable) {
      if (header.numBuffers == 0 || header.numBuffers > pool.slots) {
        throw new DeviceViolation("num_buffers " + header.numBuffers);
      }
      return header.numBuffers;
    }
    if (header.numBuffers != 1 && !(lenient && header.numBuffers == 0)) {
      throw new DeviceViolation("num_buffers " + header.numBuffers + " without MRG_RXBUF");
    }
    return 1;
  }

  private void take(int slot, int skip, int length, MemorySegment into, long offset) {
    if (into != null) {
      pool.copy(slot, skip, length, into, offset);
    }
    give(slot);
  }
}
