package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Memory for cutting: the frame ends with its segment, guards lie around every output frame. */
final class CuttingBed {
  private static final byte GUARD = 0x4E;
  private static final int BORDER = 96;

  final Segmentation segmentation = new Segmentation();
  final int stride;
  final int count;
  private final MemorySegment out;

  CuttingBed(int stride, int count) {
    this.stride = stride;
    this.count = count;
    out = Arena.ofAuto().allocate(2L * BORDER + (long) stride * count, 8);
    segmentation.into(out, BORDER, stride, count);
  }

  /** What {@link Segmentation#cut} says; checks that it wrote its frames only. */
  int cut(byte[] frame, int offloads, int size) {
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, frame.length) + 7L, 1);
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 7, frame.length);
    return cut(memory.asSlice(0, 7L + frame.length), 7, frame.length, offloads, size);
  }

  int cut(MemorySegment frame, long at, int bytes, int offloads, int size) {
    out.fill(GUARD);
    int n = segmentation.cut(frame, at, bytes, offloads, size);
    long clean = 0;
    for (int i = 0; i < n; i++) {
      long start = BORDER + (long) i * stride;
      assertGuards(clean, start);
      clean = start + segmentation.length(i);
    }
    assertGuards(clean, out.byteSize());
    return n;
  }

  private void assertGuards(long from, long end) {
    for (long at = from; at < end; at++) {
      assertEquals(GUARD, out.get(ValueLayout.JAVA_BYTE, at), "written outside of a frame");
    }
  }

  List<byte[]> frames(int n) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      long start = BORDER + (long) i * stride;
      frames.add(out.asSlice(start, segmentation.length(i)).toArray(ValueLayout.JAVA_BYTE));
    }
    return frames;
  }
}
