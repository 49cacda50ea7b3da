package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.linux.Threads;

/** The duty cycle: sleep, wake, fairness and commands. */
class IoThreadTest {
  private static final QueuePair.FaultSink NO_FAULT =
      new QueuePair.FaultSink() {
        @Override
        public void broken(boolean receive, String why) {
          throw new AssertionError(why);
        }

        @Override
        public void driverFailed(String why) {
          throw new AssertionError(why);
        }
      };

  private static PairControl control(IoThread thread) {
    return new PairControl(thread, new QueuePair(NO_FAULT));
  }

  @Test
  void eightIdleGuestsCostLessThanAHundredthOfACore() throws Exception {
    try (PortBed bed = new PortBed(1)) {
      List<TwinDevice> guests = new ArrayList<>();
      try {
        for (int i = 0; i < 8; i++) {
          bed.serve(PortBed.spec("idle" + i, 1), PortBed.loopback());
          TwinDevice guest = bed.guest("idle" + i, TwinOptions.defaults());
          guests.add(guest);
          Echo.check(guest.net().pair(0), 50);
        }
        PortBed.pause(100);
        PairControl control = control(bed.threads().get(0));
        long before = control.call(Threads::cpuNanos);
        long sleeps = bed.threads().get(0).sleeps();
        PortBed.pause(1000);
        long used = control.call(Threads::cpuNanos) - before;
        assertTrue(used < 10_000_000, "used " + used + " ns of CPU time in 1 s");
        assertTrue(bed.threads().get(0).sleeps() - sleeps < 10, "and does not wake");
        for (TwinDevice guest : guests) {
          Echo.check(guest.net().pair(0), 50);
        }
      } finally {
        guests.forEach(TwinDevice::close);
      }
    }
  }

  @Test
  void aSleepingPairIsWokenByAKickAndByTheDriver() throws Exception {
    try (PortBed bed = PortBed.echoing();
        TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      IoThread thread = bed.threads().get(0);
      for (int i = 0; i < 200; i++) {
        long sleeps = thread.sleeps();
        // One frame out wakes it by the kick; it comes back through the driver.
        echo.run(1);
        PortBed.await("its next sleep", () -> thread.sleeps() > sleeps);
      }
    }
  }

  @Test
  void busyTurnsAndCpuTimeAreCounted() throws Exception {
    try (PortBed bed = PortBed.echoing();
        TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      IoThread thread = bed.threads().get(0);
      long busy = thread.busyTurns();
      Echo.check(guest.net().pair(0), 2000);
      PortBed.await("a busy turn", () -> thread.busyTurns() > busy);
      PortBed.await("CPU time", () -> thread.cpuNanos() > 0);
      assertTrue(thread.busyTurns() < 1_000_000);
      assertEquals("test-io-0", thread.name());
      assertEquals(-1, thread.cpu());
    }
  }

  @Test
  void twoGreedyPortsShareAThread() throws Exception {
    try (PortBed bed = new PortBed(1)) {
      List<Thread> floods = new ArrayList<>();
      List<TwinDevice> guests = new ArrayList<>();
      AtomicBoolean over = new AtomicBoolean();
      VhostUserPort[] ports = new VhostUserPort[2];
      try {
        for (int i = 0; i < 2; i++) {
          String id = "greedy" + i;
          ports[i] = bed.serve(PortBed.spec(id, 1), PortBed.loopback("mode", "source"));
          TwinDevice guest = bed.guest(id, TwinOptions.defaults());
          guests.add(guest);
        }
        for (TwinDevice guest : guests) {
          floods.add(Thread.ofPlatform().start(() -> take(guest.net().pair(0), over)));
        }
        PortBed.pause(300);
        long[] before = {received(ports[0]), received(ports[1])};
        PortBed.pause(1500);
        long a = received(ports[0]) - before[0];
        long b = received(ports[1]) - before[1];
        assertTrue(Math.min(a, b) * 10 > Math.max(a, b), a + " and " + b + " frames");
      } finally {
        over.set(true);
        for (Thread flood : floods) {
          flood.join();
        }
        guests.forEach(TwinDevice::close);
      }
    }
  }

  private static long received(VhostUserPort port) {
    return port.status().total(true, QueueCounters.Name.FRAMES);
  }

  private static void take(NetQueue queue, AtomicBoolean over) {
    while (!over.get()) {
      if (queue.discard(256) == 0) {
        Thread.yield();
      }
      queue.flush();
    }
  }

  @Test
  void anEndlessPortDoesNotStarveAQuietOne() throws Exception {
    try (PortBed bed = new PortBed(1)) {
      bed.serve(PortBed.spec("greedy", 1), PortBed.loopback("mode", "source"));
      bed.serve(PortBed.spec("quiet", 1), PortBed.loopback());
      AtomicBoolean over = new AtomicBoolean();
      try (TwinDevice greedy = bed.guest("greedy", TwinOptions.defaults());
          TwinDevice quiet = bed.guest("quiet", TwinOptions.defaults())) {
        Thread flood = Thread.ofPlatform().start(() -> take(greedy.net().pair(0), over));
        try {
          Echo echo = new Echo(quiet.net().pair(0));
          for (int i = 0; i < 100; i++) {
            echo.run(1);
          }
          echo.run(2000);
        } finally {
          over.set(true);
          flood.join();
        }
      }
    }
  }

  @Test
  void busyTimeIsMeasuredOnlyIfAsked() throws Exception {
    for (boolean asked : new boolean[] {false, true}) {
      try (IoThread thread = new IoThread("busy", -1, 50_000, asked)) {
        PairControl control = control(thread);
        control.call(
            () -> {
              long until = System.nanoTime() + 2_000_000;
              while (System.nanoTime() < until) {
                Thread.onSpinWait();
              }
              return null;
            });
        // The turn ends some time after the command has answered.
        for (int i = 0; i < 500 && thread.busyTurns() == 0; i++) {
          Thread.sleep(10);
        }
        Thread.sleep(10);
        long busy = thread.busyNanos();
        assertTrue(asked ? busy >= 2_000_000 : busy == 0, busy + " ns");
      }
    }
  }

  @Test
  void commandsRunInOrderAndTheirFailuresAreTold() throws Exception {
    try (IoThread thread = new IoThread("commands", -1, 50_000, false)) {
      PairControl control = control(thread);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        int n = i;
        thread.submit(() -> order.add(n));
      }
      assertEquals(1000, control.call(order::size));
      for (int i = 0; i < 1000; i++) {
        assertEquals(i, order.get(i));
      }
      IoStuck failed =
          assertThrows(
              IoStuck.class,
              () ->
                  control.call(
                      () -> {
                        throw new IOException("made to fail");
                      }));
      assertEquals("commands: made to fail", failed.getMessage());
      assertThrows(
          IoStuck.class,
          () ->
              control.call(
                  () -> {
                    throw new InternalError("made to fail");
                  }));
      assertEquals("commands", control.call(() -> Thread.currentThread().getName()));
    }
  }

  @Test
  void aCommandThatWasGivenUpIsNeverRun() throws Exception {
    try (IoThread thread = new IoThread("stuck", -1, 50_000, false)) {
      CountDownLatch go = new CountDownLatch(1);
      AtomicInteger late = new AtomicInteger();
      thread.submit(() -> await(go));
      PairControl control = control(thread);
      IoStuck stuck = assertThrows(IoStuck.class, () -> control.call(late::incrementAndGet));
      assertEquals("stuck has not answered for 10 s", stuck.getMessage());
      assertTrue(stuck.getCause() instanceof TimeoutException);
      go.countDown();
      assertEquals(0, control.call(late::get), "its sender has undone what it would work on");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itStaysOnItsCore() throws Exception {
    int core = Threads.affinity()[0];
    try (IoThread thread = new IoThread("pinned", core, 50_000, false)) {
      assertArrayEquals(new int[] {core}, control(thread).call(Threads::affinity));
      assertEquals(core, thread.cpu());
    }
    try (IoThread thread = new IoThread("nowhere", 4000, 50_000, false)) {
      assertTrue(control(thread).call(Threads::affinity).length > 0, "it runs all the same");
    }
  }

  @Test
  void itEndsWithNothingLeft() throws Exception {
    Leaks before = Leaks.settled();
    for (int i = 0; i < 20; i++) {
      IoThread thread = new IoThread("test-io-" + i, -1, 50_000, false);
      thread.close();
      assertFalse(thread.thread().isAlive());
    }
    assertEquals(before, Leaks.now());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDriverThatWakesNobodyIsLookedAtOnceAMillisecond(boolean beside) throws Exception {
    try (IoThread io = new IoThread("io-nap", -1, 50_000, false);
        FakePair pair = new FakePair(io, false).attach();
        FakePair busy = new FakePair(io, true).attach()) {
      PortBed.await("its first nap", () -> io.sleeps() > 0);
      long before = pair.control.call(Threads::cpuNanos);
      long calls = pair.driver.calls.get();
      PortBed.pause(1000);
      long used = pair.control.call(Threads::cpuNanos) - before;
      assertTrue(used < 150_000_000, "used " + used + " ns of CPU time in 1 s");
      long looks = pair.driver.calls.get() - calls;
      assertTrue(looks > 50 && looks < 1500, looks + " looks in 1 s");
      if (beside) {
        busy.driver.arrive(FakeRx.ENDLESS);
        PortBed.await("the other's frames", () -> busy.frames() > 1000);
      }
      for (int i = 1; i <= 20; i++) {
        pair.driver.arrive(32);
        long all = 32L * i;
        PortBed.await("its frames", () -> pair.frames() == all);
        PortBed.pause(5);
      }
      assertEquals(List.of(), pair.told);
    }
  }
}
