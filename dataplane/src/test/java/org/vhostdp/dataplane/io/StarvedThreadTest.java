package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.Threads;

/** A thread that the machine does not run is told from a driver that does not come back. */
class StarvedThreadTest {
  private static final long PATIENCE = 40_000_000;

  /** What it seems to have run for between two looks once it gets a core; -1: it is blocked. */
  @ParameterizedTest
  @ValueSource(longs = {10_000_000, -1})
  void itIsNotLeftBehindWhileItWaitsForACore(long later) throws Exception {
    AtomicLong ran = new AtomicLong(5);
    AtomicLong step = new AtomicLong();
    AtomicInteger asked = new AtomicInteger();
    try (IoThread io = new IoThread("io-t", -1, 50_000, false);
        Watchdog _ =
            new Watchdog(
                List.of(io),
                PATIENCE,
                StallListener.NONE,
                tid -> {
                  asked.incrementAndGet();
                  return step.get() < 0 ? -1 : ran.addAndGet(step.get());
                })) {
      FakePair bad = new FakePair(io, true).attach();
      bad.driver.hangs = FakeQueue.Call.RECEIVE;
      bad.kick();
      PortBed.await("looks", () -> asked.get() >= 10);
      assertEquals(List.of(), bad.told);
      assertEquals("io-t", io.name());
      step.set(later);
      PortBed.await("it is told", () -> !bad.told.isEmpty());
      assertEquals(List.of("its driver has not returned for 40 ms"), bad.told);
      bad.driver.go.countDown();
      bad.control.abandoned().toCompletableFuture().get(30, TimeUnit.SECONDS);
      bad.close();
    }
  }

  @Test
  void onlyAThreadThatWantsToRunHasARunTime() throws Exception {
    AtomicInteger tid = new AtomicInteger();
    AtomicBoolean busy = new AtomicBoolean(true);
    CountDownLatch over = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  tid.set(Threads.tid());
                  while (busy.get()) {
                    Thread.onSpinWait();
                  }
                  try {
                    over.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    try {
      PortBed.await("it runs", () -> tid.get() != 0 && RunTime.of(tid.get()) > 0);
      long before = RunTime.of(tid.get());
      PortBed.await("it has run", () -> RunTime.of(tid.get()) > before + 1_000_000);
      busy.set(false);
      PortBed.await("its sleep", () -> RunTime.of(tid.get()) == RunTime.NOT_RUNNABLE);
    } finally {
      busy.set(false);
      over.countDown();
      thread.join();
    }
    assertTrue(RunTime.of(0) == RunTime.NOT_RUNNABLE, "no such thread");
  }
}
