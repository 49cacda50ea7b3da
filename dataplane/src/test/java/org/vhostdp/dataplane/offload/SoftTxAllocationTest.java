package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Completing and cutting frames allocates nothing, once it is compiled. */
class SoftTxAllocationTest {
  private static final long WARM_NANOS = 40_000_000_000L;
  private static final int ROOM = 2048;

  /** Lends frames in a circle; often it has none, or takes all but the last. */
  private static final class CirclingTx implements TxQueue {
    private final MemorySegment memory = Arena.ofAuto().allocate(64L * ROOM, 64);
    private int next;
    private int calls;

    @Override
    public int claim(Burst frames, int max) {
      int n = Math.min(max, 20);
      for (int i = 0; i < n; i++) {
        frames.region[i] = 0;
        frames.offset[i] = (long) (next++ & 63) * ROOM;
        frames.room[i] = ROOM;
      }
      return calls++ % 3 == 2 ? 0 : n;
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {
      next -= count;
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      int taken = ++calls % 5 == 0 && count > 1 ? count - 1 : count;
      frames.status[first + Math.min(taken, count - 1)] = Burst.FULL;
      return taken;
    }

    @Override
    public Wakeup wakeup() {
      return Wakeup.polled();
    }
  }

  @Test
  void framesOfEveryKind() {
    CirclingTx driver = new CirclingTx();
    Regions regions = new Regions(List.of(new Region(driver.memory)));
    QueueCounters counters = new QueueCounters();
    SoftTx soft = new SoftTx(driver, SoftTxBed.plainDriver(0), regions, counters, SoftTxBed.WIRE);
    MemorySegment[] memory = regions.segments();
    SoftTxBed.Asked large =
        SoftTxBed.large(new LargeFrame(0, false, true, 0, 3, LargeFrame.ACK, 60_000), 1);
    SoftTxBed.Asked open =
        SoftTxBed.open(new LargeFrame(0, true, true, 0, 3, LargeFrame.ACK, 1000), 1);
    MemorySegment largeBytes = MemorySegment.ofArray(large.bytes());
    MemorySegment openBytes = MemorySegment.ofArray(open.bytes());
    Burst burst = new Burst(32);
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (least > 0 && System.nanoTime() - start < WARM_NANOS) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < 2000; i++) {
        turn(soft, burst, memory, (i & 7) == 0, largeBytes, large);
        turn(soft, burst, memory, false, openBytes, open);
      }
      least = Math.min(least, AllocationMeter.bytes() - before);
    }
    assertEquals(0, least, "bytes allocated by 4000 turns");
    assertEquals(0, counters.get(Name.DROPPED_HEADERS));
    assertTrue(counters.get(Name.FALLBACK_SEGMENTATION) > 0);
    assertTrue(counters.get(Name.FALLBACK_CHECKSUM) > 0);
  }

  private static void turn(
      SoftTx soft,
      Burst burst,
      MemorySegment[] memory,
      boolean large,
      MemorySegment bytes,
      SoftTxBed.Asked frame) {
    soft.pump();
    int claimed = large ? soft.claimLarge(burst) : soft.claim(burst, 32);
    int length = (int) bytes.byteSize();
    for (int i = 0; i < claimed; i++) {
      boolean plain = length > burst.room[i];
      burst.length[i] = plain ? 60 : length;
      burst.flags[i] = plain ? 0 : frame.flags();
      burst.offload[i] = frame.offload();
      MemorySegment.copy(bytes, 0, memory[burst.region[i]], burst.offset[i], burst.length[i]);
    }
    int sent = claimed == 0 ? 0 : soft.transmit(burst, 0, claimed);
    if (sent < claimed) {
      soft.unclaim(burst, sent, claimed - sent);
    }
  }
}
