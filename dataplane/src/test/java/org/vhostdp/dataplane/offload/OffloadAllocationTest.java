package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.spi.Offload;

/** Nothing on the way of a frame allocates, once it is compiled. */
class OffloadAllocationTest {
  private static final long WARM_NANOS = 40_000_000_000L;

  /** Results go here, so that no call is dropped by the compiler. */
  private int seen;

  @Test
  void checksum() {
    MemorySegment memory = Arena.ofAuto().allocate(9000);
    assertAllocatesNothing(100_000, () -> InternetChecksum.sum(memory, 3, 1501));
  }

  @Test
  void toeplitz() {
    MemorySegment memory = Arena.ofAuto().allocate(100);
    Toeplitz toeplitz = new Toeplitz(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    assertAllocatesNothing(
        100_000, () -> toeplitz.ipv4(memory, 26, 34) ^ toeplitz.ipv6(memory, 22, 54));
  }

  @Test
  void segmentation() {
    LargeFrame large = new LargeFrame(1, false, true, 0, 3, LargeFrame.ACK, 65_000);
    MemorySegment whole = MemorySegment.ofArray(large.bytes(new Random(7)));
    MemorySegment frame = Arena.ofAuto().allocate(whole.byteSize()).copyFrom(whole);
    Segmentation segmentation = new Segmentation();
    segmentation.into(Arena.ofAuto().allocate(50 * 2048), 0, 2048, 50);
    int bytes = (int) whole.byteSize();
    assertEquals(45, segmentation.cut(frame, 0, bytes, Offload.GSO_TCP4, 1448));
    assertAllocatesNothing(
        1000,
        () ->
            segmentation.cut(frame, 0, bytes, Offload.GSO_TCP4, 1448)
                + segmentation.cut(frame, 0, bytes, Offload.GSO_TCP6, 1448));
  }

  private void assertAllocatesNothing(int times, IntSupplier call) {
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (least > 0 && System.nanoTime() - start < WARM_NANOS) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < times; i++) {
        seen += call.getAsInt();
      }
      least = Math.min(least, AllocationMeter.bytes() - before);
    }
    assertEquals(0, least, "bytes allocated by " + times + " calls");
  }
}
