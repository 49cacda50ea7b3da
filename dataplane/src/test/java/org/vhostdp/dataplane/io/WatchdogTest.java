package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.Threads;

/** Drivers that do not come back: others on the thread go on, and nothing runs twice. */
class WatchdogTest {
  private static final long PATIENCE = 200_000_000;

  private final List<String> stalls = new CopyOnWriteArrayList<>();

  private final StallListener listener =
      new StallListener() {
        @Override
        public void stalled(String thread, String substitute, long nanos) {
          stalls.add(thread + " -> " + substitute);
        }

        @Override
        public void returned(String thread) {
          stalls.add(thread + " returned");
        }
      };

  private static IoThread thread() throws Exception {
    return new IoThread("io-t", -1, 50_000, false);
  }

  @ParameterizedTest
  @EnumSource(
      value = FakeQueue.Call.class,
      names = {"RECEIVE", "RELEASE", "ARM"})
  void aCallThatHangsIsLeftBehind(FakeQueue.Call where) throws Exception {
    Leaks before = Leaks.settled();
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), PATIENCE, listener);
        FakePair greedy = new FakePair(io, true).attach();
        FakePair idle = new FakePair(io, true).attach()) {
      FakePair bad = new FakePair(io, true).attach();
      greedy.driver.arrive(FakeRx.ENDLESS);
      PortBed.await("frames", () -> greedy.frames() > 1000);
      Thread first = io.thread();
      long begin = System.nanoTime();
      bad.driver.hangs = where;
      bad.driver.arrive(where == FakeQueue.Call.ARM ? 0 : 40);
      bad.kick();
      assertTrue(bad.driver.hanging.await(5, TimeUnit.SECONDS));
      long then = greedy.frames();
      PortBed.await("the others go on", () -> greedy.frames() > then + 1000);
      long took = System.nanoTime() - begin;
      assertTrue(took < PATIENCE + 500_000_000L, took + " ns");
      PortBed.await("it is told", () -> !bad.told.isEmpty());
      assertEquals(List.of("its driver has not returned for 200 ms"), bad.told);
      assertNotSame(first, io.thread());
      assertEquals("io-t-2", io.name());
      assertEquals("io-t-2", idle.control.call(() -> Thread.currentThread().getName()));

      assertTrue(bad.control.hung());
      assertFalse(idle.control.hung());
      long asked = System.nanoTime();
      assertThrows(IoStuck.class, () -> bad.control.call(() -> 1));
      assertTrue(System.nanoTime() - asked < 100_000_000L, "at once");
      assertEquals(0, bad.control.detachReceive().ring().base());
      assertFalse(bad.control.abandoned().toCompletableFuture().isDone());

      idle.driver.arrive(7);
      PortBed.await("a sleeping pair is woken by its driver", () -> idle.frames() == 7);
      long kicks = idle.kicks();
      PortBed.pause(20);
      idle.kick();
      PortBed.await("and by its guest", () -> idle.kicks() > kicks);

      long frames = bad.frames();
      long calls = bad.driver.calls.get();
      bad.driver.hangs = FakeQueue.Call.NONE;
      bad.driver.go.countDown();
      bad.control.abandoned().toCompletableFuture().get(5, TimeUnit.SECONDS);
      first.join(5000);
      assertFalse(first.isAlive());
      PortBed.pause(20);
      assertEquals(calls, bad.driver.calls.get(), "nothing of it is run");
      assertEquals(frames, bad.frames(), "not even what the call brought");
      assertEquals(1, bad.told.size());
      PortBed.await("the listener", () -> stalls.size() == 2);
      assertEquals(List.of("io-t -> io-t-2", "io-t returned"), stalls);
      assertEquals(List.of(), greedy.told);
      assertEquals(List.of(), idle.told);
      greedy.driver.waiting.set(0);
      bad.close();
    }
    before.awaitSame("all is closed");
  }

  @Test
  void callsThatReturnJustWhenPatienceEndsAreEitherBackOrLeft() throws Exception {
    int left = 0;
    for (int round = 0; round < 20; round++) {
      try (IoThread io = thread();
          Watchdog _ = new Watchdog(List.of(io), 20_000_000, StallListener.NONE);
          FakePair good = new FakePair(io, false).attach()) {
        FakePair bad = new FakePair(io, false).attach();
        good.driver.waiting.set(FakeRx.ENDLESS);
        bad.driver.hangs = FakeQueue.Call.RECEIVE;
        assertTrue(bad.driver.hanging.await(5, TimeUnit.SECONDS));
        // Looks are 5 ms apart: it is found after 20 to 25 ms.
        long until = System.nanoTime() + 19_500_000L + round * 300_000L;
        while (System.nanoTime() < until) {
          Thread.onSpinWait();
        }
        bad.driver.hangs = FakeQueue.Call.NONE;
        bad.driver.waiting.set(32);
        bad.driver.go.countDown();
        long then = good.frames();
        PortBed.await("the other goes on", () -> good.frames() > then + 1000);
        PortBed.await(
            "one or the other", () -> bad.frames() == 32 || bad.control.hung() && gone(bad));
        if (bad.control.hung()) {
          left++;
          PortBed.await("it is told", () -> bad.told.size() == 1);
          assertEquals(0, bad.frames(), "what came late is nobody's");
        } else {
          PortBed.pause(30);
          assertEquals(List.of(), bad.told);
          bad.driver.arrive(10);
          PortBed.await("it goes on", () -> bad.frames() == 42);
        }
        assertEquals(List.of(), good.told);
        assertEquals(0, io.commands().size());
        good.driver.waiting.set(0);
        bad.close();
      }
    }
    System.getLogger(WatchdogTest.class.getName())
        .log(System.Logger.Level.INFO, "left behind {0} of 20", left);
  }

  private static boolean gone(FakePair pair) {
    return pair.control.abandoned().toCompletableFuture().isDone();
  }

  @Test
  void commandsInFlightAreCarriedOutOnce() throws Exception {
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), PATIENCE, listener);
        FakePair other = new FakePair(io, true).attach()) {
      FakePair bad = new FakePair(io, true).attach();
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      bad.kick();
      assertTrue(bad.driver.hanging.await(5, TimeUnit.SECONDS));
      List<Integer> done = new CopyOnWriteArrayList<>();
      List<Throwable> failed = new CopyOnWriteArrayList<>();
      List<Thread> senders = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int n = i;
        PairControl to = i < 4 ? other.control : bad.control;
        senders.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        to.call(() -> done.add(n));
                      } catch (IoStuck e) {
                        failed.add(e);
                      }
                    }));
      }
      for (Thread sender : senders) {
        sender.join(3000);
        assertFalse(sender.isAlive());
      }
      assertEquals(List.of(0, 1, 2, 3), done.stream().sorted().toList());
      assertEquals(4, failed.size());
      bad.driver.go.countDown();
      bad.control.abandoned().toCompletableFuture().get(5, TimeUnit.SECONDS);
      assertEquals(4, done.size());
      bad.close();
    }
  }

  @Test
  void aCommandThatHangsInADriverFailsAtOnce() throws Exception {
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), PATIENCE, listener)) {
      FakePair bad = new FakePair(io, true).attach();
      GuardedWakeup wakeup = new GuardedWakeup(bad.driver, new Hang());
      PortBed.await("sleep", io::asleep);
      bad.driver.hangs = FakeQueue.Call.ARM;
      IoStuck stuck = assertThrows(IoStuck.class, () -> bad.control.call(wakeup::arm));
      assertEquals("io-t hangs in this command", stuck.getMessage());
      bad.driver.go.countDown();
      bad.control.abandoned().toCompletableFuture().get(5, TimeUnit.SECONDS);
      bad.close();
    }
  }

  @Test
  void twoHangsOneAfterTheOther() throws Exception {
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), 50_000_000, listener);
        FakePair good = new FakePair(io, false).attach()) {
      good.driver.waiting.set(FakeRx.ENDLESS);
      for (int i = 2; i < 5; i++) {
        FakePair bad = new FakePair(io, false);
        bad.driver.hangs = FakeQueue.Call.RECEIVE;
        bad.attach();
        String name = "io-t-" + i;
        PortBed.await("a substitute", () -> io.name().equals(name));
        long then = good.frames();
        PortBed.await("the other goes on", () -> good.frames() > then + 1000);
        bad.driver.go.countDown();
        PortBed.await("its end", () -> gone(bad));
        bad.close();
      }
      good.driver.waiting.set(0);
    }
  }

  @Test
  void aTurnThatHangsElsewhereIsOnlyTold() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean over = new AtomicBoolean();
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), 50_000_000, listener)) {
      io.submit(
          () -> {
            try {
              over.set(go.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      PortBed.await("it is told", () -> !stalls.isEmpty());
      PortBed.pause(200);
      go.countDown();
      PortBed.await("it goes on", over::get);
      assertEquals(List.of("io-t -> null"), stalls, "once");
      assertEquals("io-t", io.name());
    }
  }

  @Test
  void closingDoesNotWaitForACallThatHangs() throws Exception {
    FakePair bad;
    IoThread io = thread();
    try (Watchdog _ = new Watchdog(List.of(io), 50_000_000, listener)) {
      bad = new FakePair(io, false);
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      bad.attach();
      assertTrue(bad.driver.hanging.await(5, TimeUnit.SECONDS));
      long begin = System.nanoTime();
      io.close();
      assertTrue(System.nanoTime() - begin < 1_000_000_000L);
    }
    bad.driver.go.countDown();
    PortBed.await("its end", () -> gone(bad));
    bad.close();
  }

  @Test
  void itSleepsWhileEverybodySleeps() throws Exception {
    try (IoThread io = thread();
        Watchdog dog = new Watchdog(List.of(io), 20_000_000, listener);
        FakePair idle = new FakePair(io, true).attach()) {
      PortBed.await("sleep", io::asleep);
      PortBed.pause(50);
      PortBed.await("the watchdog's sleep", () -> dog.thread().getState() == Thread.State.WAITING);
      long sleeps = io.sleeps();
      long before = Threads.processCpuNanos();
      PortBed.pause(500);
      long used = Threads.processCpuNanos() - before;
      assertEquals(Thread.State.WAITING, dog.thread().getState());
      assertEquals(sleeps, io.sleeps());
      assertTrue(used < 100_000_000, used + " ns of the whole process");

      idle.driver.hangs = FakeQueue.Call.RECEIVE;
      idle.kick();
      PortBed.await("it has woken up and seen it", () -> !idle.told.isEmpty());
      idle.driver.go.countDown();
      PortBed.await("its end", () -> gone(idle));
    }
  }
}
