package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/** One indirect descriptor table per token, allocated when first needed. */
final class IndirectTables {
  static final int ENTRIES = 64;
  private static final int TABLE_BYTES = ENTRIES * 16;

  private final TwinMemory memory;
  private final int count;
  private MemorySegment tables;
  private long address;

  IndirectTables(TwinMemory memory, int count) {
    this.memory = memory;
    this.count = count;
  }

  /** Offset of a token's table in {@link #memory()}. */
  static long offset(int token) {
    return (long) token * TABLE_BYTES;
  }

  long address(int token) {
    prepare();
    return address + offset(token);
  }

  MemorySegment memory() {
    prepare();
    return tables;
  }

  private void prepare() {
    if (tables == null) {
      long size = (long) count * TABLE_BYTES;
      address = memory.allocate(size, 16);
      tables = memory.at(address, size);
    }
  }
}
