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
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.linux.Threads;

/** The duty cycle: sleep, wake, fairness and commands. */
class IoThreadTest {
  /** A thread that the machine runs does not stand still for longer. */
  private static final long PAUSE_NANOS = 100_000_000;

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
        IoThread io = bed.threads().get(0);
        PortBed.await("its sleep", io::asleep);
        PairControl control = control(io);
        List<String> windows = new ArrayList<>();
        long used;
        long woken;
        // The last frames' work may end late on a machine that is busy: not for ever.
        do {
          long before = control.call(Threads::cpuNanos);
          final long sleeps = io.sleeps();
          PortBed.pause(1000);
          used = control.call(Threads::cpuNanos) - before;
          woken = io.sleeps() - sleeps;
          windows.add("used " + used + " ns of CPU time in 1 s and slept " + woken + " times");
        } while ((used >= 10_000_000 || woken >= 10) && windows.size() < 10);
        assertTrue(used < 10_000_000 && woken < 10, windows::toString);
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
      List<Taker> takers = new ArrayList<>();
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
          takers.add(new Taker(guest.net().pair(0), over));
          floods.add(Thread.ofPlatform().start(takers.getLast()));
        }
        for (VhostUserPort port : ports) {
          PortBed.await("its frames", () -> received(port) > 0);
        }
        double ratio;
        int windows = 0;
        // A guest that the machine does not run takes nothing: such windows do not count.
        do {
          assertTrue(windows++ < 40, "in no window were both guests run");
          takers.forEach(Taker::longestPause);
          ratio = lesserToGreater(ports);
        } while (takers.stream().anyMatch(taker -> taker.longestPause() > PAUSE_NANOS));
        assertTrue(ratio > 0.1, "one got " + ratio + " of the other's frames");
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

  /** The lesser of two ports' frames as a part of the greater, in a window of half a second. */
  private static double lesserToGreater(VhostUserPort[] ports) {
    long[] before = {received(ports[0]), received(ports[1])};
    PortBed.pause(500);
    long a = received(ports[0]) - before[0];
    long b = received(ports[1]) - before[1];
    return (double) Math.min(a, b) / Math.max(a, b);
  }

  @Test
  void anEndlessPortDoesNotStarveAQuietOne() throws Exception {
    try (PortBed bed = new PortBed(1)) {
      bed.serve(PortBed.spec("greedy", 1), PortBed.loopback("mode", "source"));
      bed.serve(PortBed.spec("quiet", 1), PortBed.loopback());
      AtomicBoolean over = new AtomicBoolean();
      try (TwinDevice greedy = bed.guest("greedy", TwinOptions.defaults());
          TwinDevice quiet = bed.guest("quiet", TwinOptions.defaults())) {
        Thread flood = Thread.ofPlatform().start(new Taker(greedy.net().pair(0), over));
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
        PortBed.await("its turn", () -> thread.busyTurns() > 0);
        if (asked) {
          PortBed.await("its time", () -> thread.busyNanos() > 0);
        }
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
    before.awaitSame("afterwards");
  }
}
