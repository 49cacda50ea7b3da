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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.Threads;

/** Drivers that do not come back: others on the thread go on, and nothing runs twice. */
class WatchdogTest {
  private static final long PATIENCE = 1_000_000_000;

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
        Watchdog dog = new Watchdog(List.of(io), PATIENCE, listener);
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
      assertTrue(bad.driver.hanging.await(30, TimeUnit.SECONDS));
      long then = greedy.frames();
      PortBed.await("the others go on", () -> greedy.frames() > then + 1000);
      long took = System.nanoTime() - begin;
      assertTrue(took >= PATIENCE, took + " ns");
      PortBed.await("it is told", () -> !bad.told.isEmpty());
      // What follows may take as long as the machine lets it.
      end(dog);
      assertEquals(List.of("its driver has not returned for 1 s"), bad.told);
      assertNotSame(first, io.thread());
      assertEquals("io-t-2", io.name());
      assertEquals("io-t-2", idle.control.call(() -> Thread.currentThread().getName()));

      assertTrue(bad.control.hung());
      assertFalse(idle.control.hung());
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 10; i++) {
        long asked = System.nanoTime();
        assertThrows(IoStuck.class, () -> bad.control.call(() -> 1));
        least = Math.min(least, System.nanoTime() - asked);
      }
      assertTrue(least < 100_000_000L, "at once");
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
      bad.control.abandoned().toCompletableFuture().get(30, TimeUnit.SECONDS);
      first.join(30_000);
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

  private static boolean gone(FakePair pair) {
    return pair.control.abandoned().toCompletableFuture().isDone();
  }

  private static void end(Watchdog dog) {
    dog.close();
  }

  @Test
  void commandsInFlightAreCarriedOutOnce() throws Exception {
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), PATIENCE, listener);
        FakePair other = new FakePair(io, true).attach()) {
      FakePair bad = new FakePair(io, true).attach();
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      bad.kick();
      assertTrue(bad.driver.hanging.await(30, TimeUnit.SECONDS));
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
        sender.join(30_000);
        assertFalse(sender.isAlive());
      }
      assertEquals(List.of(0, 1, 2, 3), done.stream().sorted().toList());
      assertEquals(4, failed.size());
      assertFalse(
          failed.stream().anyMatch(e -> e.getCause() instanceof TimeoutException), "waited");
      bad.driver.go.countDown();
      bad.control.abandoned().toCompletableFuture().get(30, TimeUnit.SECONDS);
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
      bad.control.abandoned().toCompletableFuture().get(30, TimeUnit.SECONDS);
      bad.close();
    }
  }

  @Test
  void hangsOneAfterTheOtherAreFoundInTime() throws Exception {
    long patience = 300_000_000;
    long least = Long.MAX_VALUE;
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), patience, listener);
        FakePair good = new FakePair(io, false).attach()) {
      for (int i = 2; i < 6; i++) {
        FakePair bad = new FakePair(io, false);
        bad.driver.hangs = FakeQueue.Call.RECEIVE;
        long begin = System.nanoTime();
        bad.attach();
        String name = "io-t-" + i;
        PortBed.await("a substitute", () -> io.name().equals(name));
        long took = System.nanoTime() - begin;
        assertTrue(took >= patience, took + " ns");
        least = Math.min(least, took);
        long all = good.frames() + 1000;
        good.driver.arrive(1000);
        PortBed.await("the other goes on", () -> good.frames() == all);
        bad.driver.go.countDown();
        PortBed.await("its end", () -> gone(bad));
        bad.close();
      }
    }
    // A quarter more than its patience, and what starting a thread may take.
    assertTrue(least < patience + 500_000_000L, least + " ns");
  }

  @Test
  void aTurnThatHangsElsewhereIsOnlyTold() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean over = new AtomicBoolean();
    try (IoThread io = thread();
        Watchdog _ = new Watchdog(List.of(io), 300_000_000, listener)) {
      io.submit(
          () -> {
            try {
              over.set(go.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      PortBed.await("it is told", () -> !stalls.isEmpty());
      PortBed.pause(900);
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
    try (Watchdog _ = new Watchdog(List.of(io), 200_000_000, listener)) {
      bad = new FakePair(io, false);
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      bad.attach();
      assertTrue(bad.driver.hanging.await(30, TimeUnit.SECONDS));
      long begin = System.nanoTime();
      io.close();
      assertTrue(System.nanoTime() - begin < 30_000_000_000L);
    }
    bad.driver.go.countDown();
    PortBed.await("its end", () -> gone(bad));
    bad.close();
  }

  @Test
  void itSleepsWhileEverybodySleeps() throws Exception {
    try (IoThread io = thread();
        Watchdog dog = new Watchdog(List.of(io), 200_000_000, listener);
        FakePair idle = new FakePair(io, true).attach()) {
      PortBed.await("sleep", io::asleep);
      PortBed.pause(50);
      PortBed.await("the watchdog's sleep", () -> dog.thread().getState() == Thread.State.WAITING);
      long sleeps = io.sleeps();
      List<Long> used = new ArrayList<>();
      // The process's compilers may still be busy with what ran before: not for ever.
      do {
        long before = Threads.processCpuNanos();
        PortBed.pause(500);
        used.add(Threads.processCpuNanos() - before);
        assertEquals(Thread.State.WAITING, dog.thread().getState());
        assertEquals(sleeps, io.sleeps());
      } while (used.getLast() >= 100_000_000 && used.size() < 40);
      assertTrue(used.getLast() < 100_000_000, "ns of the whole process: " + used);

      idle.driver.hangs = FakeQueue.Call.RECEIVE;
      idle.kick();
      PortBed.await("it has woken up and seen it", () -> !idle.told.isEmpty());
      idle.driver.go.countDown();
      PortBed.await("its end", () -> gone(idle));
    }
  }
}
