package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Once warm, no way through the switch allocates. */
class SwitchAllocationTest {
  private static final int ROUNDS = 30_000;
  private static final long WARM_NANOS = 40_000_000_000L;
  private static final int ROOM = 256;

  /** Both queues of a driver whose frames are always the same 64 flows. */
  private static final class Endless implements RxQueue, TxQueue {
    final MemorySegment memory = Arena.ofAuto().allocate(64 * ROOM);
    private int turn;

    Endless() {
      for (int i = 0; i < 64; i++) {
        byte[] frame = Packets.flow(Packets.TCP, "10.0.0.1", 1000 + i, "10.1.0.1", 80, i);
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, memory, i * ROOM, frame.length);
      }
    }

    @Override
    public int receive(Burst frames, int max) {
      for (int i = 0; i < max; i++) {
        frames.region[i] = 0;
        frames.offset[i] = (long) (turn++ & 63) * ROOM;
        frames.length[i] = 100;
        boolean more = i % 3 == 0 && i + 1 < max;
        frames.flags[i] = more ? Offload.MORE : 0;
      }
      return max;
    }

    @Override
    public void release(Burst frames, int first, int count) {}

    @Override
    public int claim(Burst frames, int max) {
      return receive(frames, max);
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {}

    @Override
    public int transmit(Burst frames, int first, int count) {
      return count;
    }

    @Override
    public Wakeup wakeup() {
      return Wakeup.polled();
    }
  }

  private static void assertAllocatesNothing(
      SteeringSpec spec, int guestQueues, RssSetting rss, boolean starve) throws Exception {
    Endless driver = new Endless();
    Regions regions = new Regions(List.of(new Region(driver.memory)));
    QueueCounters[] counters = new QueueCounters[guestQueues];
    for (int i = 0; i < guestQueues; i++) {
      counters[i] = new QueueCounters();
    }
    RxQueue[] drivers = {driver, driver};
    try (PortSwitch ports =
        new PortSwitch(drivers, regions, guestQueues, counters, spec, queue -> {})) {
      ports.rss(rss);
      ports.hashing(rss);
      RxStage[] queues = new RxStage[guestQueues];
      TxQueue[] senders = new TxQueue[guestQueues];
      for (int i = 0; i < guestQueues; i++) {
        queues[i] = ports.queue(i);
        senders[i] = ports.transmit(i, driver);
      }
      Burst burst = new Burst(32);
      long least = Long.MAX_VALUE;
      // Interpreted code allocates, and when it is compiled depends on how busy the machine is.
      long start = System.nanoTime();
      while (least > 0 && System.nanoTime() - start < WARM_NANOS) {
        long before = AllocationMeter.bytes();
        for (int round = 0; round < ROUNDS; round++) {
          for (int i = starve ? 1 : 0; i < guestQueues; i++) {
            int n = queues[i].receive(burst, 32);
            queues[i].release(burst, 0, n);
            queues[i].wakeup().arm();
            senders[i].transmit(burst, 0, senders[i].claim(burst, 8));
          }
        }
        least = Math.min(least, AllocationMeter.bytes() - before);
      }
      assertEquals(0, least);
    }
  }

  @Test
  @Timeout(240)
  void nothingIsAllocated() throws Exception {
    RssSetting rss =
        RssSetting.of(511, FlowClassifierTest.KEY, new int[] {0, 1, 2, 0, 1, 2, 0, 1}, 0, 3);
    assertAllocatesNothing(SteeringSpec.AUTO, 3, null, false);
    assertAllocatesNothing(SteeringSpec.AUTO, 3, rss, false);
    assertAllocatesNothing(SteeringSpec.AUTO, 3, rss, true);
    assertAllocatesNothing(SteeringSpec.AUTO, 1, null, false);
    SteeringSpec rules =
        SteeringSpec.of("auto", List.of("udp * > * = 0", "tcp *:1003 > 10.1.0.1 = 1"));
    assertAllocatesNothing(rules, 2, null, false);
  }
}
