package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.linux.generated.Libc;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventsTest {
  private final Arena arena = Arena.ofAuto();
  private final CallState state = new CallState(arena);
  private final MemorySegment scratch = arena.allocate(64);

  private static boolean readable(int fd) throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, fd, Poll.IN);
    return poll.await(0) == 1 && poll.ready(0) == Poll.IN;
  }

  @Test
  void eventFdIsReadableWhileSignalled() throws Exception {
    try (EventFd event = EventFd.create()) {
      assertEquals(false, readable(event.fd().raw()));
      event.signal();
      event.signal();
      assertTrue(readable(event.fd().raw()));
      event.drain();
      assertEquals(false, readable(event.fd().raw()));
      event.drain();
    }
  }

  @Test
  void fullEventFdCountsAsSignalled() throws Exception {
    try (EventFd event = EventFd.create()) {
      MemorySegment almostFull = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L);
      assertEquals(8, Io.write(state, event.fd().raw(), almostFull, 8));
      assertEquals(0, EventFd.signal(state, event.fd().raw()));
      assertEquals(0, EventFd.drain(state, event.fd().raw(), scratch));
      assertEquals(0, EventFd.drain(state, event.fd().raw(), scratch));
    }
  }

  @Test
  void pipesServeAsWell() throws Exception {
    MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
    assertEquals(0, Libc.pipe2(two, Libc.O_NONBLOCK() | Libc.O_CLOEXEC()));
    Fd write = Fd.of(two.getAtIndex(ValueLayout.JAVA_INT, 1));
    try (Fd read = Fd.of(two.getAtIndex(ValueLayout.JAVA_INT, 0))) {
      for (int i = 0; i < 40; i++) {
        assertEquals(0, EventFd.signal(state, write.raw()));
      }
      assertTrue(readable(read.raw()));
      assertEquals(0, EventFd.drain(state, read.raw(), scratch));
      assertEquals(false, readable(read.raw()));
      write.close();
      assertEquals(-Errno.EPIPE, EventFd.drain(state, read.raw(), scratch));
    }
  }

  @Test
  void failuresAreMinusErrno() {
    assertEquals(-Errno.EBADF, EventFd.signal(state, -1));
    assertEquals(-Errno.EBADF, EventFd.drain(state, -1, scratch));
  }

  @Test
  void epollReportsTagsAndEvents() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (Epoll epoll = Epoll.create(8);
        EventFd event = EventFd.create();
        UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      epoll.add(event.fd().raw(), Epoll.IN, 0x1234567890abcdefL);
      epoll.add(a.fd().raw(), Epoll.IN | Epoll.RDHUP, -2);
      assertEquals(0, epoll.await(0));
      event.signal();
      assertEquals(1, epoll.await(-1));
      assertEquals(0x1234567890abcdefL, epoll.tag(0));
      assertEquals(Epoll.IN, epoll.events(0));
      b.shutdown();
      assertEquals(2, epoll.await(-1));
      int second = epoll.tag(0) == -2 ? 0 : 1;
      assertEquals(-2, epoll.tag(second));
      assertEquals(Epoll.IN | Epoll.RDHUP | Epoll.HUP, epoll.events(second));
      epoll.remove(a.fd().raw());
      epoll.remove(a.fd().raw());
      epoll.modify(event.fd().raw(), Epoll.IN | Epoll.EDGE, 5);
      assertEquals(1, epoll.await(0));
      assertEquals(5, epoll.tag(0));
      assertEquals(0, epoll.await(0));
    }
  }

  @Test
  void epollReportsAtMostItsCapacity() throws Exception {
    try (Epoll epoll = Epoll.create(1);
        EventFd a = EventFd.create();
        EventFd b = EventFd.create()) {
      epoll.add(a.fd().raw(), Epoll.IN, 1);
      epoll.add(b.fd().raw(), Epoll.IN, 2);
      a.signal();
      b.signal();
      assertEquals(1, epoll.await(0));
      assertEquals(1, epoll.await(0));
    }
  }

  @Test
  void anotherThreadWakesEpoll() throws Exception {
    try (Epoll epoll = Epoll.create(1);
        EventFd event = EventFd.create()) {
      epoll.add(event.fd().raw(), Epoll.IN, 1);
      Thread waker = Thread.ofPlatform().start(event::signal);
      assertEquals(1, epoll.await(30_000));
      waker.join();
    }
  }

  @Test
  void epollRefusesWithASentence() throws Exception {
    Epoll epoll = Epoll.create(1);
    try (epoll;
        EventFd event = EventFd.create()) {
      int raw = event.fd().raw();
      epoll.add(raw, Epoll.IN, 1);
      LinuxException twice = assertThrows(LinuxException.class, () -> epoll.add(raw, Epoll.IN, 1));
      assertEquals(Errno.EEXIST, twice.errno());
      LinuxException bad = assertThrows(LinuxException.class, () -> epoll.add(-1, 1, 1));
      assertTrue(bad.getMessage().startsWith("epoll_ctl EPOLL_CTL_ADD descriptor -1: EBADF"));
    }
    assertThrows(IllegalStateException.class, () -> epoll.await(0));
    assertThrows(IllegalArgumentException.class, () -> Epoll.create(0));
  }

  @Test
  void pollWaitsForTheTimeout() throws Exception {
    try (EventFd event = EventFd.create()) {
      Poll poll = new Poll(2);
      poll.set(1, event.fd().raw(), Poll.IN);
      long start = System.nanoTime();
      assertEquals(0, poll.await(30));
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(millis >= 29, "waited " + millis + " ms");
      event.signal();
      assertEquals(1, poll.await(-1));
      assertEquals(0, poll.ready(0));
      assertEquals(Poll.IN, poll.ready(1));
      poll.set(1, -1, 0);
      assertEquals(0, poll.await(0));
    }
  }

  @Test
  void pollTellsClosedDescriptors() throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, 1 << 20, Poll.IN);
    assertEquals(1, poll.await(0));
    assertEquals(Poll.NVAL, poll.ready(0));
  }
}
