package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/** What both kinds of driver rings have: three areas of guest memory, and counts. */
abstract sealed class RingParts permits SplitDriverRing, PackedDriverRing {
  final int size;
  final MemorySegment ring;
  final MemorySegment driver;
  final MemorySegment device;
  final IndirectTables indirects;
  int free;
  int inFlight;
  int usedToken;
  int usedLength;
  private final long ringAddress;
  private final long driverAddress;
  private final long deviceAddress;

  RingParts(TwinMemory memory, int size, long driverBytes, long deviceBytes) {
    this.size = size;
    this.ringAddress = memory.allocate(16L * size, 4096);
    this.driverAddress = memory.allocate(driverBytes, 64);
    this.deviceAddress = memory.allocate(deviceBytes, 64);
    this.ring = memory.at(ringAddress, 16L * size);
    this.driver = memory.at(driverAddress, driverBytes);
    this.device = memory.at(deviceAddress, deviceBytes);
    this.indirects = new IndirectTables(memory, size);
  }

  /** Slots a chain takes; refuses a chain that no ring may hold. */
  final int slots(int elements, boolean indirect) {
    if (elements < 1 || elements > (indirect ? IndirectTables.ENTRIES : size)) {
      throw new IllegalArgumentException("a chain of " + elements + " elements");
    }
    return indirect ? 1 : elements;
  }

  static long writableBytes(int[] length, int out, int elements) {
    long bytes = 0;
    for (int i = out; i < elements; i++) {
      bytes += length[i] & 0xffffffffL;
    }
    return bytes;
  }

  public final int size() {
    return size;
  }

  public final int free() {
    return free;
  }

  public final int inFlight() {
    return inFlight;
  }

  public final int usedToken() {
    return usedToken;
  }

  public final int usedLength() {
    return usedLength;
  }

  public final long descriptorAddress() {
    return ringAddress;
  }

  public final long driverAddress() {
    return driverAddress;
  }

  public final long deviceAddress() {
    return deviceAddress;
  }

  public final MemorySegment descriptors() {
    return ring;
  }

  public final MemorySegment driverArea() {
    return driver;
  }

  public final MemorySegment deviceArea() {
    return device;
  }
}
