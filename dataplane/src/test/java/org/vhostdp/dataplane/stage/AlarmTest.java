package org.vhostdp.dataplane.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;
import org.vhostdp.spi.Wakeup;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AlarmTest {
  private static final long MILLISECOND = 1_000_000;

  /** A source of work as a driver has one: a count, and an eventfd that the other side signals. */
  private static final class Source implements Wakeup, AutoCloseable {
    private final EventFd event;
    private final AtomicLong work = new AtomicLong();

    Source() throws LinuxException {
      event = EventFd.create();
    }

    void add() {
      work.incrementAndGet();
      event.signal();
    }

    long take() {
      return work.getAndSet(0);
    }

    @Override
    public int fd() {
      return event.fd().raw();
    }

    @Override
    public boolean arm() {
      event.drain();
      return work.get() > 0;
    }

    @Override
    public void close() {
      event.close();
    }
  }

  private record Descriptor(int fd, int events) implements Wakeup {
    @Override
    public boolean arm() {
      return false;
    }
  }

  private static boolean wakes(Alarm alarm, int millis) throws LinuxException {
    try (Epoll epoll = Epoll.create(1)) {
      epoll.add(alarm.fd(), Epoll.IN, 1);
      return epoll.await(millis) == 1;
    }
  }

  private static long in(long millis) {
    return System.nanoTime() + millis * MILLISECOND | 1;
  }

  @Test
  void workBelowWakes() throws Exception {
    try (Source a = new Source();
        Source b = new Source();
        Alarm alarm = new Alarm(List.of(a, b))) {
      assertFalse(wakes(alarm, 0));
      assertFalse(alarm.arm());
      assertFalse(wakes(alarm, 0));
      b.add();
      assertTrue(wakes(alarm, 10_000));
      assertTrue(alarm.arm(), "work that is there");
      assertEquals(1, b.take());
      assertFalse(alarm.arm());
      assertFalse(wakes(alarm, 0), "followed already");
    }
  }

  @Test
  void workTakenBeforeAnybodyArmedWakesNobody() throws Exception {
    try (Source a = new Source();
        Alarm alarm = new Alarm(List.of(a))) {
      a.add();
      a.take();
      assertFalse(alarm.arm(in(100_000)));
      assertFalse(wakes(alarm, 0));
    }
  }

  @Test
  void aTimeWakesAndIsTakenBackByTheNextArm() throws Exception {
    try (Source a = new Source();
        Alarm alarm = new Alarm(List.of(a))) {
      long deadline = in(20);
      boolean early = alarm.arm(deadline) || wakes(alarm, 0);
      for (int millis = 100; early && millis < 10_000; millis *= 2) {
        assertTrue(System.nanoTime() >= deadline, "too early");
        // The time was over before it was asked again: this thread was not run.
        deadline = in(millis);
        early = alarm.arm(deadline) || wakes(alarm, 0);
      }
      assertFalse(early);
      assertTrue(wakes(alarm, 30_000));
      assertTrue(System.nanoTime() >= deadline);
      assertTrue(alarm.arm(deadline), "a time that is over is work");
      assertFalse(alarm.arm());
      assertFalse(wakes(alarm, 30));
      assertFalse(alarm.arm(in(100_000)));
      alarm.arm(in(10));
      assertTrue(wakes(alarm, 30_000), "an earlier time in place of a later one");
    }
  }

  @Test
  void aTimeAloneLeavesOutWhatIsBelow() throws Exception {
    try (Source a = new Source();
        Alarm alarm = new Alarm(List.of(a))) {
      assertFalse(alarm.arm());
      assertFalse(alarm.armTime(in(100_000)));
      a.add();
      assertFalse(wakes(alarm, 5));
      assertTrue(alarm.arm(), "it was not lost");
    }
  }

  @Test
  void isPolledIfOneBelowIs() throws Exception {
    try (Source a = new Source();
        Alarm alarm = new Alarm(List.of(a, Wakeup.polled()))) {
      assertEquals(-1, alarm.fd());
      a.add();
      assertTrue(alarm.arm());
      a.take();
      assertFalse(alarm.arm());
      assertTrue(alarm.arm(System.nanoTime() - 1));
    }
  }

  @Test
  void oneDescriptorMayServeTwoQueues() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket one = pair[0];
        UnixSocket other = pair[1]) {
      int fd = one.fd().raw();
      assertNotEquals(fd, other.fd().raw());
      Wakeup reads = new Descriptor(fd, Wakeup.READABLE);
      Wakeup writes = new Descriptor(fd, Wakeup.WRITABLE);
      try (Alarm alarm = new Alarm(List.of(reads, writes))) {
        assertFalse(alarm.arm());
        assertTrue(wakes(alarm, 0), "writable");
      }
    }
  }

  @Test
  void aHangUpWakesOnceAndNotForEver() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        Alarm alarm = new Alarm(List.of(new Descriptor(a.fd().raw(), Wakeup.READABLE)))) {
      assertFalse(alarm.arm());
      pair[1].close();
      assertTrue(wakes(alarm, 10_000));
      assertTrue(alarm.arm(), "the driver says why");
      assertFalse(alarm.arm());
      assertFalse(wakes(alarm, 0));
      assertFalse(alarm.armTime(in(100_000)));
      assertFalse(wakes(alarm, 0));
    }
  }

  @Test
  void fourMayStandInOneAnother() throws Exception {
    try (Source a = new Source();
        Alarm first = new Alarm(List.of(a));
        Alarm second = new Alarm(List.of(first));
        Alarm third = new Alarm(List.of(second));
        Alarm fourth = new Alarm(List.of(third))) {
      assertFalse(fourth.arm(in(100_000)));
      assertFalse(wakes(fourth, 0));
      a.add();
      assertTrue(wakes(fourth, 10_000));
      a.take();
      assertFalse(fourth.arm());
      assertFalse(wakes(fourth, 0));
    }
  }

  @Test
  void noWakeupIsLost() throws Exception {
    int rounds = 20_000;
    try (Source a = new Source();
        Source b = new Source();
        Alarm alarm = new Alarm(List.of(a, b));
        Epoll epoll = Epoll.create(1)) {
      epoll.add(alarm.fd(), Epoll.IN, 1);
      AtomicLong seen = new AtomicLong();
      Thread other =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int i = 0; i < rounds; i++) {
                      (i % 3 == 0 ? a : b).add();
                      while (i % 7 == 0 && seen.get() <= i) {
                        Thread.onSpinWait();
                      }
                    }
                  });
      while (seen.get() < rounds) {
        long taken = a.take() + b.take();
        seen.addAndGet(taken);
        boolean timed = seen.get() % 5 == 0;
        if (taken == 0 && !(timed ? alarm.arm(in(60_000)) : alarm.arm())) {
          assertEquals(1, epoll.await(20_000), "lost after " + seen);
        }
      }
      other.join(TimeUnit.SECONDS.toMillis(30));
      assertEquals(rounds, seen.get());
    }
  }
}
