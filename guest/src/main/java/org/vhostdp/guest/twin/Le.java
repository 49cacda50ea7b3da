package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian access to guest memory, as virtio 1.x lays out its rings and headers. */
final class Le {
  static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** For fields without natural alignment: used elements, and headers inside buffers. */
  static final ValueLayout.OfShort U16_ANY =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfInt U32_ANY =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64_ANY =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle SHORT = U16.varHandle();
  private static final VarHandle INT = U32.varHandle();
  private static final VarHandle LONG = U64.varHandle();

  private Le() {}

  static int acquire16(MemorySegment memory, long offset) {
    return (short) SHORT.getAcquire(memory, offset) & 0xffff;
  }

  static void release16(MemorySegment memory, long offset, int value) {
    SHORT.setRelease(memory, offset, (short) value);
  }

  static int acquire32(MemorySegment memory, long offset) {
    return (int) INT.getAcquire(memory, offset);
  }

  static void release32(MemorySegment memory, long offset, int value) {
    INT.setRelease(memory, offset, value);
  }

  static long acquire64(MemorySegment memory, long offset) {
    return (long) LONG.getAcquire(memory, offset);
  }

  static void release64(MemorySegment memory, long offset, long value) {
    LONG.setRelease(memory, offset, value);
  }
}
