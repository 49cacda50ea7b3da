package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;

/** Drivers' calls that return just when the watchdog loses patience. */
class LateReturnTest {
  private static final int ROUNDS = 20;

  private enum Fate {
    LEFT,
    BACK,
    /** The machine did not run the thread for so long in the other's call: that says nothing. */
    DISTURBED
  }

  @Test
  void callsThatReturnJustWhenPatienceEndsAreEitherBackOrLeft() throws Exception {
    Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
    for (int round = 0; round < ROUNDS; ) {
      Fate fate = returnsLate(round);
      fates.merge(fate, 1, Integer::sum);
      round += fate == Fate.DISTURBED ? 0 : 1;
      assertTrue(fates.getOrDefault(Fate.DISTURBED, 0) < ROUNDS, fates::toString);
    }
    System.getLogger(LateReturnTest.class.getName()).log(System.Logger.Level.INFO, "{0}", fates);
  }

  private static Fate returnsLate(int round) throws Exception {
    try (IoThread io = new IoThread("io-t", -1, 50_000, false);
        Watchdog _ = new Watchdog(List.of(io), 200_000_000, StallListener.NONE);
        FakePair good = new FakePair(io, false).attach()) {
      FakePair bad = new FakePair(io, false).attach();
      good.driver.waiting.set(FakeRx.ENDLESS);
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      assertTrue(bad.driver.hanging.await(30, TimeUnit.SECONDS));
      // Looks are 50 ms apart: it is found after 200 to 250 ms.
      long until = System.nanoTime() + 195_000_000L + round * 3_000_000L;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      bad.driver.hangs = FakeQueue.Call.NONE;
      bad.driver.waiting.set(32);
      bad.driver.go.countDown();
      long then = good.frames();
      PortBed.await("the other goes on", () -> good.frames() > then + 1000 || good.control.hung());
      PortBed.await("one or the other", () -> good.control.hung() || decided(bad));
      Fate fate = good.control.hung() ? Fate.DISTURBED : fate(bad);
      if (!good.control.hung()) {
        assertEquals(List.of(), good.told);
        assertEquals(0, io.commands().size());
      }
      good.driver.waiting.set(0);
      for (FakePair pair : List.of(good, bad)) {
        PortBed.await("the end of what hangs", () -> !pair.control.hung() || gone(pair));
      }
      bad.close();
      return fate;
    }
  }

  private static boolean decided(FakePair bad) {
    return bad.frames() == 32 || bad.control.hung() && gone(bad);
  }

  private static boolean gone(FakePair pair) {
    return pair.control.abandoned().toCompletableFuture().isDone();
  }

  private static Fate fate(FakePair bad) {
    if (bad.control.hung()) {
      PortBed.await("it is told", () -> bad.told.size() == 1);
      assertEquals(0, bad.frames(), "what came late is nobody's");
      return Fate.LEFT;
    }
    PortBed.pause(100);
    assertEquals(List.of(), bad.told);
    bad.driver.arrive(10);
    PortBed.await("it goes on", () -> bad.frames() == 42);
    return Fate.BACK;
  }
}
