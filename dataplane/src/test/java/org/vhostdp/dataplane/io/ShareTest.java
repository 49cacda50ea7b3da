package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;

/** Priorities, weights, summons and measured turns. */
class ShareTest {
  private IoThread io;
  private FakePair a;
  private FakePair b;

  @BeforeEach
  void open() throws Exception {
    io = new IoThread("io-share", -1, 50_000, true);
    a = new FakePair(io, true).attach();
    b = new FakePair(io, true).attach();
  }

  @AfterEach
  void close() throws Exception {
    a.driver.waiting.set(0);
    b.driver.waiting.set(0);
    a.close();
    b.close();
    io.close();
  }

  /** Frames of b for each of a, both endless. */
  private double ratio() throws IoStuck {
    a.driver.waiting.set(FakeRx.ENDLESS);
    b.driver.waiting.set(FakeRx.ENDLESS);
    a.kick();
    b.kick();
    long[] before = frames();
    PortBed.await("both run", () -> a.frames() > before[0] + 32 && b.frames() > before[1] + 32);
    long[] from = frames();
    PortBed.await("frames", () -> a.frames() > from[0] + 200_000 && b.frames() > from[1] + 5_000);
    long[] to = frames();
    return (double) (to[1] - from[1]) / (to[0] - from[0]);
  }

  /** Of a and of b at one moment: between two turns of the thread that counts both. */
  private long[] frames() throws IoStuck {
    return a.control.call(() -> new long[] {a.frames(), b.frames()});
  }

  @Test
  void equalPairsTakeTurns() throws Exception {
    assertEquals(1, ratio(), 0.1);
    a.control.share(3, 8);
    b.control.share(3, 8);
    assertEquals(1, ratio(), 0.1);
  }

  @Test
  void weightsAreTurnsInARow() throws Exception {
    a.control.share(0, 4);
    assertEquals(0.25, ratio(), 0.03);
    b.control.share(0, 16);
    assertEquals(4, ratio(), 0.4);
  }

  @Test
  void lowerPrioritiesHaveOneTurnInSixtyFour() throws Exception {
    b.control.share(1, 1);
    assertEquals(1.0 / Share.AT_LEAST_ONE_IN, ratio(), 0.002);
    a.driver.waiting.set(0);
    long before = b.frames();
    PortBed.await("all turns", () -> b.frames() > before + 200_000);
    a.control.share(2, 1);
    a.driver.waiting.set(FakeRx.ENDLESS);
    a.kick();
    long[] low = frames();
    PortBed.await("both run", () -> a.frames() > low[0] + 32);
    long[] from = frames();
    PortBed.await("frames", () -> b.frames() > from[1] + 200_000);
    long[] to = frames();
    double ratio = (double) (to[0] - from[0]) / (to[1] - from[1]);
    assertEquals(1.0 / Share.AT_LEAST_ONE_IN, ratio, 0.002);
  }

  @Test
  void aWeightIsNoDelayForAPairWithLittleWork() throws Exception {
    a.control.share(0, 64);
    long calls = a.driver.calls.get();
    b.driver.waiting.set(FakeRx.ENDLESS);
    b.kick();
    PortBed.await("frames", () -> b.frames() > 200_000);
    assertTrue(a.driver.calls.get() - calls < b.driver.calls.get(), "one look a turn at most");
  }

  @Test
  void sharesThatMakeNoSenseAreRefused() {
    for (int[] bad : new int[][] {{-1, 1}, {0, 0}, {0, 65}, {0, -3}}) {
      assertThrows(IoStuck.class, () -> a.control.share(bad[0], bad[1]), Arrays.toString(bad));
    }
  }

  @Test
  void aParkedPairIsSummonedByAnother() throws Exception {
    PortBed.await("sleep", io::asleep);
    Runnable waker = b.control.waker();
    for (int i = 1; i <= 100; i++) {
      PortBed.await("sleep", io::asleep);
      // As steering does: frames without a signal, then the waker, on a turn of another pair.
      int n = i;
      AtomicBoolean woken = new AtomicBoolean();
      a.control.call(
          () -> {
            b.driver.waiting.addAndGet(1);
            waker.run();
            return woken.getAndSet(true);
          });
      PortBed.await("frame " + n, () -> b.frames() == n);
    }
  }

  @Test
  void busyTurnsAreMeasured() throws Exception {
    a.driver.waiting.set(FakeRx.ENDLESS);
    a.kick();
    PortBed.await("frames", () -> a.frames() > 100_000);
    a.driver.waiting.set(0);
    PortBed.await("sleep", io::asleep);
    long[] turns = io.turnHistogram();
    assertEquals(32, turns.length);
    assertEquals(io.busyTurns(), Arrays.stream(turns).sum());
    long least = 0;
    for (int i = 1; i < turns.length; i++) {
      least += turns[i] << i;
    }
    assertTrue(least <= io.busyNanos() && io.busyNanos() <= 2 * least + 2 * turns[0]);
  }
}
