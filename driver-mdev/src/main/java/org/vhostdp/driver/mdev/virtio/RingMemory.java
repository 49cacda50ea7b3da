package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;

/**
 * Where a ring lies.
 *
 * @param size descriptors, a power of two
 * @param memory the ring, its parts one after the other
 * @param descriptors where the device finds the descriptors
 * @param driverAt bytes from there to what the driver writes: the available ring, or its event
 *     suppression
 * @param deviceAt bytes from there to what the device writes: the used ring, or its event
 *     suppression
 */
record RingMemory(int size, MemorySegment memory, long descriptors, long driverAt, long deviceAt) {
  private static final int DESCRIPTOR = 16;
  private static final int LINE = 64;

  /** Bytes of a split ring: descriptor table, available ring, used ring, each with an event. */
  static long splitBytes(int size) {
    return splitDevice(size) + lines(6 + 8L * size);
  }

  private static long splitDevice(int size) {
    return (long) DESCRIPTOR * size + lines(6 + 2L * size);
  }

  /** Bytes of a packed ring: descriptors, and two event suppression structures. */
  static long packedBytes(int size) {
    return (long) DESCRIPTOR * size + 2 * LINE;
  }

  /** Full cache lines, so that what one side writes shares none with what the other writes. */
  private static long lines(long bytes) {
    return bytes + LINE - 1 & -LINE;
  }

  static RingMemory split(int size, MemorySegment memory, long iova) {
    return new RingMemory(size, memory, iova, (long) DESCRIPTOR * size, splitDevice(size));
  }

  static RingMemory packed(int size, MemorySegment memory, long iova) {
    long after = (long) DESCRIPTOR * size;
    return new RingMemory(size, memory, iova, after, after + LINE);
  }

  long driver() {
    return descriptors + driverAt;
  }

  long device() {
    return descriptors + deviceAt;
  }
}
