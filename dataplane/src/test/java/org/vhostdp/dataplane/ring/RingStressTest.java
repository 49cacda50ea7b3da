package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Poll;

/**
 * The two sides of a ring on two threads. Each spins for a random while when it has nothing to do,
 * then sleeps on its eventfd as its side of the protocol allows; sequence numbers there and back
 * prove order and contents.
 */
class RingStressTest {
  private static final int CHAINS = 300_000;

  /** Far longer than any scheduling delay: a side that sleeps so long was forgotten. */
  private static final int LOST_MILLIS = 30_000;

  private static final int SLOT = 64;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /**
   * With one chain in flight a single lost notification stops both sides; with many in flight the
   * order of the stores is what is tried.
   */
  @ParameterizedTest
  @Timeout(180)
  @CsvSource({
    "false, false, 256, 128",
    "false, true, 256, 128",
    "true, false, 256, 128",
    "true, true, 256, 128",
    "false, false, 256, 1",
    "false, true, 256, 1",
    "true, false, 256, 1",
    "true, true, 256, 1",
    "true, true, 7, 2"
  })
  void nothingIsLostReorderedOrForgotten(boolean packed, boolean eventIdx, int size, int inFlight)
      throws Exception {
    long features =
        Features.VERSION_1
            | (packed ? Features.RING_PACKED : 0)
            | (eventIdx ? Features.EVENT_IDX : 0);
    int chains = inFlight < 16 ? CHAINS / 2 : CHAINS;
    try (RingBed bed = RingBed.create(Layout.ONE_REGION, size, features);
        EventFd kick = EventFd.create();
        EventFd call = EventFd.create()) {
      bed.advance(0xFFF0);
      long slots = bed.buffer(SLOT * size);
      MemorySegment memory = bed.twin().at(slots, (long) SLOT * size);
      FutureTask<Void> device = start(new Device(bed, chains, kick, call));
      FutureTask<Void> driver =
          start(new Driver(bed.driver(), inFlight, slots, memory, chains, kick, call));
      driver.get(170, TimeUnit.SECONDS);
      device.get(170, TimeUnit.SECONDS);
      bed.assertGuards();
    }
  }

  private static FutureTask<Void> start(Side side) {
    FutureTask<Void> task = new FutureTask<>(side);
    Thread.ofPlatform().daemon().name(side.getClass().getSimpleName()).start(task);
    return task;
  }

  /** What both threads have: a descriptor to sleep on and one to wake the other. */
  private abstract static class Side implements Callable<Void> {
    final Random random = new Random(42);
    final int chains;
    private final EventFd mine;
    private final EventFd other;
    private final CallState calls = new CallState(Arena.ofAuto());
    private final MemorySegment scratch = Arena.ofAuto().allocate(64, 8);
    private final Poll poll = new Poll(1);
    private int patience = 100;

    Side(int chains, EventFd mine, EventFd other) {
      this.chains = chains;
      this.mine = mine;
      this.other = other;
    }

    final void wake() {
      EventFd.signal(calls, other.fd().raw());
    }

    /** Whether it is time to stop spinning. */
    final boolean tired() {
      Thread.onSpinWait();
      if (--patience > 0) {
        return false;
      }
      patience = random.nextInt(1 + random.nextInt(400));
      return true;
    }

    final void sleep() throws Exception {
      poll.set(0, mine.fd().raw(), Poll.IN);
      if (poll.await(LOST_MILLIS) == 0) {
        throw new AssertionError("a notification was lost: " + this);
      }
    }

    final void drain() {
      EventFd.drain(calls, mine.fd().raw(), scratch);
    }
  }

  /** Reads each number and writes it back doubled. */
  private static final class Device extends Side {
    private final DeviceRing ring;
    private final MemorySegment[] guest;
    private final Chains batch;
    private long expected;

    Device(RingBed bed, int chains, EventFd kick, EventFd call) {
      super(chains, kick, call);
      this.ring = bed.device();
      this.guest = bed.memory().segments();
      this.batch = new Chains(Math.min(32, ring.size()), ring.size());
    }

    @Override
    public Void call() throws Exception {
      ring.suppressKicks();
      while (expected < chains) {
        int n = ring.collect(batch, 1 + random.nextInt(batch.capacity()));
        batch.unfold();
        if (n < 0) {
          throw new AssertionError(ring.fault());
        }
        if (n > 0) {
          answer(n);
        } else if (tired()) {
          if (!ring.requestKicks()) {
            sleep();
          }
          drain();
          ring.suppressKicks();
        }
      }
      return null;
    }

    private void answer(int n) {
      for (int i = 0; i < n; i++) {
        int in = batch.first[i];
        int out = batch.writable[i];
        long number = guest[batch.region[in]].get(LONG, batch.offset[in]);
        assertEquals(expected++, number, "what the device reads");
        guest[batch.region[out]].set(LONG, batch.offset[out], 2 * number);
        batch.written[i] = 8;
      }
      ring.complete(batch, 0, n);
      ring.flush();
      if (ring.interruptWanted()) {
        wake();
      }
    }

    @Override
    public String toString() {
      return "the device sleeps after " + expected + " chains; has work: " + ring.hasWork();
    }
  }

  /** Sends numbers and checks what comes back. */
  private static final class Driver extends Side {
    private final DriverRing ring;
    private final int most;
    private final long slots;
    private final MemorySegment memory;
    private final long[] address = new long[2];
    private final int[] length = {8, 8};
    private final int[] slotOf;
    private int made;
    private int returned;

    Driver(
        DriverRing ring,
        int most,
        long slots,
        MemorySegment memory,
        int chains,
        EventFd kick,
        EventFd call) {
      super(chains, call, kick);
      this.ring = ring;
      this.most = most;
      this.slots = slots;
      this.memory = memory;
      this.slotOf = new int[ring.size()];
    }

    @Override
    public Void call() throws Exception {
      ring.interrupts(false);
      while (returned < chains) {
        boolean worked = offer() | take();
        // It waits only for what it has sent.
        if (!worked && made > returned && tired()) {
          if (!ring.interrupts(true)) {
            sleep();
          }
          drain();
          ring.interrupts(false);
        }
      }
      return null;
    }

    private boolean offer() {
      int before = made;
      for (int i = random.nextInt(40); i > 0 && made < chains && made - returned < most; i--) {
        // Chains come back in order, so slots are free in order too.
        int slot = made % ring.size();
        memory.set(LONG, (long) SLOT * slot, made);
        address[0] = slots + (long) SLOT * slot;
        address[1] = address[0] + 16;
        slotOf[ring.add(address, length, 1, 1, false)] = slot;
        made++;
      }
      if (made == before) {
        return false;
      }
      ring.publish();
      if (ring.kickNeeded()) {
        wake();
      }
      return true;
    }

    private boolean take() {
      int before = returned;
      while (ring.nextUsed()) {
        int slot = slotOf[ring.usedToken()];
        assertEquals(returned % ring.size(), slot, "order");
        assertEquals(8, ring.usedLength());
        assertEquals(2L * returned, memory.get(LONG, (long) SLOT * slot + 16), "what came back");
        returned++;
      }
      return returned != before;
    }

    @Override
    public String toString() {
      return "the driver sleeps with " + made + " chains sent, " + returned + " returned";
    }
  }
}
