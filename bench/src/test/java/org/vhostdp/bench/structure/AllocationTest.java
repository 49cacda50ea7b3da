package org.vhostdp.bench.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.bench.structure.PrivateQueue.Between;

/**
 * Not one byte is allocated for a frame that is in pieces, in an indirect table, over mergeable
 * buffers, with foreign memory or without, down to the driver. Plain frames have their test beside
 * the dataplane.
 */
@Timeout(240)
class AllocationTest {
  private static final int FRAMES = 200_000;

  /** Time of this thread, until when the compilers must be done. */
  private static final long WARM_NANOS = 8_000_000_000L;

  private static final ThreadMXBean THREAD =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  static List<Variation> variations() {
    return Variation.all().stream().filter(v -> !v.plain()).toList();
  }

  @Test
  void theMeterSeesAnAllocation() {
    long before = THREAD.getCurrentThreadAllocatedBytes();
    long[] kept = new long[100];
    assertTrue(THREAD.getCurrentThreadAllocatedBytes() - before >= 800, () -> "" + kept.length);
  }

  @ParameterizedTest
  @MethodSource("variations")
  void nothingIsAllocated(Variation variation) throws Exception {
    try (PrivateQueue queue = new PrivateQueue(variation, Between.NOTHING)) {
      long least = Long.MAX_VALUE;
      long start = THREAD.getCurrentThreadCpuTime();
      while (least > 0 && THREAD.getCurrentThreadCpuTime() - start < WARM_NANOS) {
        least = Math.min(least, allocated(queue));
      }
      assertEquals(0, least, () -> "bytes for " + FRAMES + " frames, " + variation);
    }
  }

  private static long allocated(PrivateQueue queue) {
    long before = THREAD.getCurrentThreadAllocatedBytes();
    for (int frames = 0; frames < FRAMES; ) {
      int n = queue.round();
      assertTrue(n > 0, "no progress");
      frames += n;
    }
    return THREAD.getCurrentThreadAllocatedBytes() - before;
  }
}
