package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.epoll_event;

/**
 * epoll(7). Any thread may add, modify and remove; one thread awaits and looks at the events.
 * Closing does not wake the thread that awaits: signal a descriptor it watches first.
 */
public final class Epoll implements AutoCloseable {
  /** EPOLLIN: readable. */
  public static final int IN = 1;

  /** EPOLLOUT: writable. */
  public static final int OUT = 4;

  /** EPOLLERR: an error is pending; always reported. */
  public static final int ERR = 8;

  /** EPOLLHUP: the other side is gone; always reported. */
  public static final int HUP = 16;

  /** EPOLLRDHUP: the other side of a stream writes no more. */
  public static final int RDHUP = 0x2000;

  /** EPOLLET: report each change once. */
  public static final int EDGE = 1 << 31;

  private static final long SIZE = epoll_event.sizeof();
  private static final long EVENTS = epoll_event.events$offset();
  private static final long DATA = epoll_event.data$offset();
  // On x86-64 the kernel packs struct epoll_event into 12 bytes, so nothing in it is aligned.
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Fd fd;
  private final int capacity;
  private final Arena arena = Arena.ofAuto();
  private final CallState state = new CallState(arena);
  private final MemorySegment ready;

  private Epoll(Fd fd, int capacity) {
    this.fd = fd;
    this.capacity = capacity;
    ready = arena.allocate(SIZE * capacity, Long.BYTES);
  }

  /**
   * A new instance, close-on-exec.
   *
   * @param maxEvents how many events one {@link #await} may report, at least 1
   */
  public static Epoll create(int maxEvents) throws LinuxException {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("epoll needs room for one event at least.");
    }
    int result = EventCalls.epollCreate(CallState.ofThread(), Libc.EPOLL_CLOEXEC());
    if (result < 0) {
      throw new LinuxException("epoll_create1", "", -result);
    }
    return new Epoll(Fd.of(result), maxEvents);
  }

  /**
   * Watches a descriptor.
   *
   * @param events a set of {@link #IN}, {@link #OUT}, {@link #RDHUP}, {@link #EDGE}
   * @param tag given back by {@link #tag}
   */
  public void add(int fd, int events, long tag) throws LinuxException {
    control("epoll_ctl EPOLL_CTL_ADD", Libc.EPOLL_CTL_ADD(), fd, events, tag);
  }

  /** Changes what is watched and its tag. */
  public void modify(int fd, int events, long tag) throws LinuxException {
    control("epoll_ctl EPOLL_CTL_MOD", Libc.EPOLL_CTL_MOD(), fd, events, tag);
  }

  private void control(String call, int operation, int watched, int events, long tag)
      throws LinuxException {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment event = confined.allocate(SIZE, Long.BYTES);
      event.set(INT, EVENTS, events);
      event.set(LONG, DATA, tag);
      int result =
          EventCalls.epollControl(
              CallState.ofThread(), fd.raw(), operation, watched, event.address());
      if (result < 0) {
        throw new LinuxException(call, "descriptor " + watched, -result);
      }
    }
  }

  /**
   * Watches a descriptor no more. Not being watched is no error. Remove before closing: a duplicate
   * elsewhere, in another process even, would keep the events coming.
   *
   * @throws IllegalStateException if epoll itself was closed
   */
  public void remove(int fd) {
    int result =
        EventCalls.epollControl(CallState.ofThread(), this.fd.raw(), Libc.EPOLL_CTL_DEL(), fd, 0);
    if (result < 0 && result != -Errno.ENOENT && result != -Errno.EBADF) {
      throw new IllegalStateException(
          "epoll_ctl EPOLL_CTL_DEL of descriptor " + fd + ": " + Errno.name(-result) + ".");
    }
  }

  /**
   * Waits for events, hot path: no allocation. One thread only.
   *
   * @param timeoutMillis milliseconds; 0 = do not wait, -1 = for ever
   * @return events to look at with {@link #tag} and {@link #events} until the next call; 0 also
   *     when a signal interrupted the wait
   * @throws IllegalStateException if epoll was closed
   */
  public int await(int timeoutMillis) {
    int result = EventCalls.epollWait(state, fd.raw(), ready.address(), capacity, timeoutMillis);
    if (result >= 0) {
      return result;
    }
    if (result == -Errno.EINTR) {
      return 0;
    }
    throw new IllegalStateException("epoll_wait failed: " + Errno.name(-result) + ".");
  }

  /** The tag of event {@code i} of the last {@link #await}. */
  public long tag(int i) {
    return ready.get(LONG, i * SIZE + DATA);
  }

  /** What happened, a set of {@link #IN}, {@link #OUT}, {@link #ERR}, {@link #HUP}, ... */
  public int events(int i) {
    return ready.get(INT, i * SIZE + EVENTS);
  }

  /** Its own descriptor, which can be polled; owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Closes its descriptor; again does nothing. The watched ones stay open. */
  @Override
  public void close() {
    fd.close();
  }
}
