package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Nothing on the way of received frames allocates, once it is compiled. */
class SoftRxAllocationTest {
  private static final long WARM_NANOS = 40_000_000_000L;
  private static final int STRIDE = 65_600;
  private static final int TCP = Offload.GSO_TCP4 | Offload.GSO_TCP6;
  private static final int CHECKSUMS = SoftRxBed.CHECKSUMS;

  /** Gives the same burst again and again, and nothing after each. */
  private static final class Repeating implements RxQueue {
    private final MemorySegment memory = Arena.ofAuto().allocate(32L * STRIDE);
    private final Burst burst = new Burst(32);
    private int frames;
    private boolean empty;

    void add(byte[] bytes, int flags, long numbers) {
      long at = (long) frames * STRIDE;
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, at, bytes.length);
      burst.offset[frames] = at;
      burst.length[frames] = bytes.length;
      burst.flags[frames] = flags;
      burst.offload[frames++] = numbers;
    }

    @Override
    public int receive(Burst to, int max) {
      empty = !empty;
      for (int e = 0; !empty && e < frames; e++) {
        GivenFrames.copy(burst, e, to, e);
      }
      return empty ? 0 : frames;
    }

    @Override
    public void release(Burst frames, int first, int count) {}

    @Override
    public Wakeup wakeup() {
      throw new IllegalStateException("nobody sleeps here");
    }
  }

  @Test
  void gathering() {
    Repeating below = new Repeating();
    for (int flow = 0; flow < 4; flow++) {
      Segment segment = new Segment();
      segment.port += flow;
      segment.version6 = flow % 2 == 1;
      for (int i = 0; i < 7; i++) {
        below.add(segment.bytes(), i == 3 ? Offload.CSUM_VALID : 0, 0);
        segment = segment.next();
      }
      segment.flags |= Segment.FIN;
      below.add(segment.bytes(), 0, 0);
    }
    assertAllocatesNothing(below, 0, CHECKSUMS | TCP, true);
  }

  @Test
  void undoing() {
    Repeating below = new Repeating();
    for (int i = 0; i < 8; i++) {
      LargeFrame frame = new LargeFrame(0, i % 2 == 1, true, 0, 3, LargeFrame.ACK, 8000);
      byte[] bytes = frame.bytes(new Random(i));
      long numbers = Offload.pack(frame.transport(), 16, 1400, 0);
      below.add(bytes, Offload.CSUM_PARTIAL | frame.offload(), numbers);
      below.add(bytes, Offload.CSUM_PARTIAL, numbers);
      below.add(bytes, 0, 0);
    }
    assertAllocatesNothing(below, CHECKSUMS | TCP, 0, false);
  }

  private static void assertAllocatesNothing(
      Repeating below, int given, int taken, boolean coalesce) {
    Regions regions = new Regions(List.of(new Region(below.memory)));
    SoftRx stage = new SoftRx(below, regions, new QueueCounters(), given, taken, coalesce, 1522);
    Burst burst = new Burst(32);
    long least = Long.MAX_VALUE;
    long entries = 0;
    long start = System.nanoTime();
    while (least > 0 && System.nanoTime() - start < WARM_NANOS) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < 2000; i++) {
        int n = stage.receive(burst, 32);
        if (n > 0) {
          stage.release(burst, 0, n);
        }
        entries += n;
      }
      least = Math.min(least, AllocationMeter.bytes() - before);
    }
    assertEquals(0, least, "bytes allocated in 2000 calls, after " + entries + " entries");
  }
}
