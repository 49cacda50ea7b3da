package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.steering.SwitchBed.Got;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames of a flow are delivered in the order in which they came, each at most once and none lost
 * without being counted, however queues are asked, held, starved, and made active or not, and
 * wherever the guest sends its flows from.
 */
class SwitchOrderTest {
  private static final int FLOWS = 12;

  /** A driver's transmit queue that takes everything. */
  private static final class Sink implements TxQueue {
    private final int region;

    Sink(Regions regions) {
      region = regions.add(Arena.ofAuto().allocate(2048));
    }

    @Override
    public int claim(Burst frames, int max) {
      frames.region[0] = region;
      frames.offset[0] = 0;
      frames.room[0] = 2048;
      return 1;
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

  private static byte[] frame(int flow, int number, boolean toGuest) {
    String wire = "10.0.0." + (flow + 1);
    int mark = flow << 24 | number;
    return toGuest
        ? Packets.flow(Packets.TCP, wire, 80, "10.1.0.1", 4000, mark)
        : Packets.flow(Packets.TCP, "10.1.0.1", 4000, wire, 80, mark);
  }

  /** Sends a frame of a flow from a queue of the guest. */
  private static void send(SwitchBed bed, TxQueue[] senders, int queue, int flow) {
    Burst burst = new Burst(1);
    senders[queue].claim(burst, 1);
    byte[] bytes = frame(flow, 0, false);
    MemorySegment memory = bed.regions.segments()[burst.region[0]];
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, burst.offset[0], bytes.length);
    burst.length[0] = bytes.length;
    assertEquals(1, senders[queue].transmit(burst, 0, 1));
  }

  @Property(tries = 300)
  void flowsStayInOrder(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int driverQueues,
      @ForAll @IntRange(min = 1, max = 4) int guestQueues)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (SwitchBed bed = new SwitchBed(driverQueues, guestQueues, SteeringSpec.AUTO, 4096)) {
      TxQueue[] senders = new TxQueue[guestQueues];
      for (int i = 0; i < guestQueues; i++) {
        senders[i] = bed.ports.transmit(i, new Sink(bed.regions));
      }
      boolean[] stuck = new boolean[guestQueues];
      int[] fed = new int[FLOWS];
      // Delivered means: given back by the guest's queue that had it.
      Map<Integer, Integer> delivered = new HashMap<>();
      int total = 0;
      long came = 0;
      for (int step = 0; step < 1500; step++) {
        int queue = random.nextInt(guestQueues);
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> {
            int n = random.nextInt(40);
            for (int i = 0; i < n; i++) {
              int flow = random.nextInt(FLOWS);
              bed.drivers[flow % driverQueues].feed(frame(flow, fed[flow]++, true));
              total++;
            }
          }
          case 3 -> send(bed, senders, queue, random.nextInt(FLOWS));
          case 4 -> stuck[queue] = random.nextInt(3) == 0 && !stuck[queue];
          case 5 -> bed.drivers[random.nextInt(driverQueues)].most = 1 + random.nextInt(40);
          default -> came += turn(bed, queue, stuck[queue], random, delivered);
        }
      }
      for (StrictRx driver : bed.drivers) {
        driver.most = 40;
      }
      for (int round = 0; round < 20 + total; round++) {
        for (int q = 0; q < guestQueues; q++) {
          came += turn(bed, q, false, random, delivered);
        }
      }
      long dropped = 0;
      for (int q = 0; q < guestQueues; q++) {
        dropped += bed.count(q, Name.DROPPED_STEERING);
      }
      for (StrictRx driver : bed.drivers) {
        assertEquals(0, driver.waiting.size(), "frames are left in the driver");
      }
      assertEquals(total, came + dropped);
    }
  }

  /** One turn of a queue: it gives back what it holds, if it can, and asks for more. */
  private static int turn(
      SwitchBed bed,
      int queue,
      boolean stuck,
      SplittableRandom random,
      Map<Integer, Integer> delivered) {
    if (stuck) {
      return 0;
    }
    int came = 0;
    if (bed.holds(queue)) {
      List<Got> had = bed.look(queue);
      check(had, delivered);
      came = had.size();
      bed.release(queue);
    }
    bed.hold(queue, 1 + random.nextInt(32));
    return came;
  }

  private static void check(List<Got> frames, Map<Integer, Integer> delivered) {
    for (Got got : frames) {
      int mark = Packets.mark(got.bytes());
      int flow = mark >>> 24;
      int number = mark & 0xFFFFFF;
      assertTrue(
          number > delivered.getOrDefault(flow, -1),
          () -> "flow " + flow + ": " + number + " after " + delivered.get(flow));
      delivered.put(flow, number);
    }
  }
}
