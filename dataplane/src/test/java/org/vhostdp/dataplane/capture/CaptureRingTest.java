package org.vhostdp.dataplane.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Offload;

final class CaptureRingTest {
  private static final int SNAP = 700;

  private final Cable cable = new Cable();
  private final MemorySegment[] frames = cable.regions.segments();

  /**
   * Bursts of any size, accepted in part, taken at any time: each frame comes out once or counts.
   */
  @Property(tries = 300)
  void everyAcceptedFrameComesOutInOrderOrIsCounted(@ForAll Random random) {
    CaptureRing ring = new CaptureRing("vd0", 0, false, SNAP, 8192);
    Deque<byte[]> put = new ArrayDeque<>();
    long accepted = 0;
    long taken = 0;
    for (int round = 0; round < 60; round++) {
      int n = 1 + random.nextInt(Cable.ENTRIES);
      byte[][] bytes = new byte[n][];
      for (int i = 0; i < n; i++) {
        bytes[i] = new byte[random.nextInt(1000)];
        random.nextBytes(bytes[i]);
        cable.lay(i, bytes[i], 0);
      }
      int count = random.nextInt(n + 1);
      assertTrue(ring.begin());
      ring.put(frames, cable.burst, 0, n);
      ring.commit(count);
      accepted += count;
      for (int i = 0; i < count; i++) {
        put.add(bytes[i]);
      }
      int most = random.nextInt(Cable.ENTRIES);
      for (long at = ring.peek(); at >= 0 && most > 0; at = ring.peek(), most--) {
        take(ring, at, put);
        taken++;
      }
    }
    for (long at = ring.peek(); at >= 0; at = ring.peek()) {
      take(ring, at, put);
      taken++;
    }
    assertEquals(accepted, taken + ring.dropped());
    ring.free();
  }

  /** What comes out is the next that was put in and not dropped. */
  private static void take(CaptureRing ring, long at, Deque<byte[]> put) {
    byte[] out = new byte[ring.captured(at)];
    MemorySegment.copy(
        ring.memory(), ValueLayout.JAVA_BYTE, at + CaptureRing.HEADER, out, 0, out.length);
    byte[] next = put.poll();
    while (next != null
        && !(next.length == ring.length(at)
            && Arrays.equals(Arrays.copyOf(next, Math.min(next.length, SNAP)), out))) {
      next = put.poll();
    }
    assertTrue(next != null, "a frame that was never put in, or put in before another");
    ring.take(at);
  }

  @Test
  void aFullRingCountsAndKeepsWhatItHas() {
    CaptureRing ring = new CaptureRing("vd0", 0, false, SNAP, 1024);
    cable.lay(0, new byte[400], 0);
    for (int i = 0; i < 5; i++) {
      ring.begin();
      ring.put(frames, cable.burst, 0, 1);
      ring.commit(1);
    }
    assertEquals(3, ring.dropped());
    ring.take(ring.peek());
    ring.take(ring.peek());
    assertEquals(-1, ring.peek());
    ring.free();
  }

  /** A driver may say anything; what lies outside its memory is not read. */
  @Test
  void entriesThatNameNoMemoryAreCountedAndHurtNobody() {
    CaptureRing ring = new CaptureRing("vd0", 0, true, SNAP, 8192);
    int[][] bad = {{-1, 0, 60}, {1, 0, 60}, {0, -1, 60}, {0, 0, -1}, {0, 0, Integer.MAX_VALUE}};
    cable.lay(0, new byte[60], 0);
    for (int[] entry : bad) {
      cable.burst.region[1] = entry[0];
      cable.burst.offset[1] = entry[1];
      cable.burst.length[1] = entry[2];
      cable.burst.flags[1] = 0;
      ring.begin();
      ring.put(frames, cable.burst, 0, 2);
      ring.commit(2);
    }
    cable.burst.region[1] = 0;
    cable.burst.offset[1] = Long.MAX_VALUE;
    cable.burst.length[1] = 60;
    ring.begin();
    ring.put(frames, cable.burst, 0, 2);
    ring.commit(2);
    assertEquals(bad.length + 1, ring.dropped());
    int good = 0;
    for (long at = ring.peek(); at >= 0; at = ring.peek()) {
      assertEquals(60, ring.captured(at));
      ring.take(at);
      good++;
    }
    assertEquals(bad.length + 1, good);
    ring.free();
  }

  @Test
  void aFrameWithoutItsEndIsLeftOut() {
    CaptureRing ring = new CaptureRing("vd0", 0, true, SNAP, 8192);
    cable.lay(0, new byte[60], Offload.MORE);
    cable.lay(1, new byte[60], Offload.MORE);
    ring.begin();
    ring.put(frames, cable.burst, 0, 2);
    ring.commit(2);
    assertArrayEquals(new long[] {-1, 0}, new long[] {ring.peek(), ring.dropped()});
    ring.free();
  }
}
