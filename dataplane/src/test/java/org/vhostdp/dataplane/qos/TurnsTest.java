package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;

/** Queues that share their port's limit. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TurnsTest {
  private static final Capabilities CAN =
      Capabilities.builder().frames(1522, StrictTx.ROOM, 1).lent(256, 256).build();

  private final Clock clock = new Clock(99);
  private final Burst burst = new Burst(64);
  private final QueueCounters counters = new QueueCounters();

  private PortLimits limits(int queues, String... lines) throws QosRefused {
    return new PortLimits(QosSpec.of(List.of(lines)), queues, clock);
  }

  private static double ratio(long a, long b) {
    return (double) a / Math.max(1, b);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rate=1mbit", "rate=100mbit", "rate=10gbit", "packets=50000"})
  void weightsDivideWhatTheGuestSends(String limit) throws Exception {
    PortLimits limits = limits(2, "tx " + limit, "queue=0 weight=3");
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256)) {
      LimitedTx heavy = (LimitedTx) limits.tx(0, a, CAN, null, 1522, counters);
      LimitedTx light = (LimitedTx) limits.tx(1, b, CAN, null, 1522, counters);
      for (int i = 0; i < 400_000; i++) {
        // Who asks first does not matter.
        StrictTx.send(i % 2 == 0 ? heavy : light, burst, 32, 1514);
        StrictTx.send(i % 2 == 0 ? light : heavy, burst, 32, 1514);
        clock.now += limit.equals("rate=1mbit") ? 100_000 : 5_000;
      }
      assertEquals(3.0, ratio(a.frames, b.frames), 0.3, a.frames + " and " + b.frames);
      heavy.close();
      light.close();
    }
  }

  @Test
  void weightsDivideWhatTheGuestReceives() throws Exception {
    PortLimits limits = limits(2, "rx rate=100mbit", "queue=1 weight=3");
    try (StrictRx a = new StrictRx();
        StrictRx b = new StrictRx()) {
      a.waiting = Long.MAX_VALUE;
      b.waiting = Long.MAX_VALUE;
      LimitedRx light = (LimitedRx) limits.rx(0, a, 1522, counters);
      LimitedRx heavy = (LimitedRx) limits.rx(1, b, 1522, counters);
      for (int i = 0; i < 300_000; i++) {
        light.release(burst, 0, light.receive(burst, 32));
        heavy.release(burst, 0, heavy.receive(burst, 32));
        clock.now += 5_000;
      }
      assertEquals(3.0, ratio(b.taken, a.taken), 0.3, a.taken + " and " + b.taken);
      assertEquals(100e6 / 8 * 1.5 / 1514, a.taken + b.taken, 300);
      heavy.close();
      light.close();
    }
  }

  @Test
  void whatAnIdleQueueLeavesGoesToTheOther() throws Exception {
    PortLimits limits = limits(2, "tx rate=100mbit", "rx rate=100mbit", "queue=0 weight=3");
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256);
        StrictRx c = new StrictRx();
        StrictRx d = new StrictRx()) {
      LimitedTx heavy = (LimitedTx) limits.tx(0, a, CAN, null, 1522, counters);
      LimitedTx light = (LimitedTx) limits.tx(1, b, CAN, null, 1522, counters);
      LimitedRx idle = (LimitedRx) limits.rx(0, c, 1522, counters);
      LimitedRx busy = (LimitedRx) limits.rx(1, d, 1522, counters);
      d.waiting = Long.MAX_VALUE;
      for (int i = 0; i < 200_000; i++) {
        if (i < 1000) {
          StrictTx.send(heavy, burst, 32, 1514);
        }
        StrictTx.send(light, burst, 32, 1514);
        idle.release(burst, 0, idle.receive(burst, 32));
        busy.release(burst, 0, busy.receive(burst, 32));
        clock.now += 5_000;
      }
      assertEquals(100e6 / 8 / 1514, b.frames + a.frames, 250);
      assertTrue(b.frames > 7900, b.frames + " frames");
      assertEquals(100e6 / 8 / 1514, d.taken, 250);
      List.of(heavy, light).forEach(LimitedTx::close);
      List.of(idle, busy).forEach(LimitedRx::close);
    }
  }

  @Test
  void theMoreUrgentQueueGoesFirst() throws Exception {
    PortLimits limits = limits(2, "tx rate=100mbit", "queue=0 priority=1");
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256)) {
      LimitedTx late = (LimitedTx) limits.tx(0, a, CAN, null, 1522, counters);
      LimitedTx urgent = (LimitedTx) limits.tx(1, b, CAN, null, 1522, counters);
      for (int i = 0; i < 200_000; i++) {
        StrictTx.send(late, burst, 32, 1514);
        StrictTx.send(urgent, burst, 32, 1514);
        clock.now += 5_000;
      }
      assertTrue(b.frames > 20 * a.frames, a.frames + " and " + b.frames);
      late.close();
      urgent.close();
    }
  }

  @Test
  void aQueueHeldBackByItsOwnLimitHoldsBackNoOther() throws Exception {
    PortLimits limits = limits(2, "tx rate=100mbit", "tx queue=0 rate=1mbit", "queue=0 weight=64");
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256)) {
      LimitedTx own = (LimitedTx) limits.tx(0, a, CAN, null, 1522, counters);
      LimitedTx free = (LimitedTx) limits.tx(1, b, CAN, null, 1522, counters);
      for (int i = 0; i < 200_000; i++) {
        StrictTx.send(own, burst, 32, 1514);
        StrictTx.send(free, burst, 32, 1514);
        clock.now += 5_000;
      }
      assertEquals(1e6 / 8 / 1514, a.frames, 3);
      assertEquals(99e6 / 8 / 1514, b.frames, 250);
      own.close();
      free.close();
    }
  }

  @Test
  void aQueueThatNeverComesAgainIsForgotten() throws Exception {
    PortLimits limits = limits(2, "tx rate=100mbit");
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256)) {
      LimitedTx stuck = (LimitedTx) limits.tx(0, a, CAN, null, 1522, counters);
      LimitedTx other = (LimitedTx) limits.tx(1, b, CAN, null, 1522, counters);
      while (StrictTx.send(other, burst, 32, 1514) > 0) {
        assertTrue(b.frames < 1000);
      }
      assertEquals(0, StrictTx.send(stuck, burst, 32, 1514));
      long before = b.frames;
      for (int i = 0; i < 200_000; i++) {
        StrictTx.send(other, burst, 32, 1514);
        clock.now += 5_000;
      }
      assertEquals(100e6 / 8 / 1514, b.frames - before, 400);
      stuck.close();
      other.close();
    }
  }

  @Test
  void weightsHoldBetweenThreads() throws Exception {
    List<Double> ratios = new ArrayList<>();
    // A machine that is busy with other things may take a thread's core away.
    do {
      ratios.add(ratioBetweenThreads());
    } while (Math.abs(ratios.getLast() - 3) > 0.3 && ratios.size() < 30);
    assertEquals(3.0, ratios.getLast(), 0.3, "ratios " + ratios);
  }

  private static double ratioBetweenThreads() throws Exception {
    PortLimits limits =
        new PortLimits(
            QosSpec.of(List.of("tx rate=50mbit", "queue=0 weight=3")), 2, System::nanoTime);
    try (StrictTx a = new StrictTx(256);
        StrictTx b = new StrictTx(256)) {
      LimitedTx heavy = (LimitedTx) limits.tx(0, a, CAN, null, 1522, new QueueCounters());
      LimitedTx light = (LimitedTx) limits.tx(1, b, CAN, null, 1522, new QueueCounters());
      long end = System.nanoTime() + Clock.SECOND;
      CountDownLatch done = new CountDownLatch(2);
      for (LimitedTx tx : List.of(heavy, light)) {
        Thread.ofPlatform().daemon().start(() -> flood(tx, end, done));
      }
      done.await();
      heavy.close();
      light.close();
      return ratio(a.frames, b.frames);
    }
  }

  private static void flood(LimitedTx tx, long end, CountDownLatch done) {
    Burst burst = new Burst(32);
    while (end - System.nanoTime() > 0) {
      StrictTx.send(tx, burst, 32, 1514);
      Thread.yield();
    }
    done.countDown();
  }
}
