package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;

/**
 * A wake-up that can be polled: eventfd(2), non-blocking, close-on-exec. Any thread may signal and
 * drain it.
 */
public final class EventFd implements AutoCloseable {
  private static final long SIGNAL_BYTES = 8;
  private static final MemorySegment ONE = one();

  private final Fd fd;

  private EventFd(Fd fd) {
    this.fd = fd;
  }

  private static MemorySegment one() {
    MemorySegment one = Arena.global().allocate(ValueLayout.JAVA_LONG);
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    return one.asReadOnly();
  }

  /** A new one, not signalled. */
  public static EventFd create() throws LinuxException {
    int flags = Libc.EFD_NONBLOCK() | Libc.EFD_CLOEXEC();
    int result = EventCalls.eventfd(CallState.ofThread(), 0, flags);
    if (result < 0) {
      throw new LinuxException("eventfd", "", -result);
    }
    return new EventFd(Fd.of(result));
  }

  /** Its descriptor, readable while signalled; owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Signals it; signals that nobody drained yet add up to one. */
  public void signal() {
    check("write", signal(CallState.ofThread(), fd.raw()));
  }

  /** Takes the signal back. */
  public void drain() {
    try (Arena arena = Arena.ofConfined()) {
      check("read", drain(CallState.ofThread(), fd.raw(), arena.allocate(64)));
    }
  }

  private void check(String call, int result) {
    if (result < 0) {
      throw new IllegalStateException(
          call + " of eventfd " + fd + " failed: " + Errno.name(-result) + ".");
    }
  }

  /** Closes its descriptor; again does nothing. */
  @Override
  public void close() {
    fd.close();
  }

  /**
   * Signals any eventfd or pipe, hot path: no allocation, no exception.
   *
   * @return 0, also when it was full and so is signalled already; or -errno
   */
  public static int signal(CallState s, int rawFd) {
    long result = Io.write(s, rawFd, ONE, SIGNAL_BYTES);
    return result >= 0 || result == -Errno.EAGAIN ? 0 : (int) result;
  }

  /**
   * Empties a non-blocking eventfd or pipe, hot path: no allocation, no exception. One system call
   * for an eventfd. An eventfd in semaphore mode is lowered by one and stays readable until zero.
   *
   * @param scratch native memory, 64 bytes or more; its content is lost
   * @return 0, also when it was empty; -EPIPE when a pipe's writers are all gone; or -errno
   */
  public static int drain(CallState s, int rawFd, MemorySegment scratch) {
    long size = scratch.byteSize();
    long result;
    do {
      // A read shorter than the buffer emptied the pipe; an eventfd always gives 8 bytes.
      result = Io.read(s, rawFd, scratch, size);
    } while (result == size);
    if (result == 0) {
      return -Errno.EPIPE;
    }
    return result > 0 || result == -Errno.EAGAIN ? 0 : (int) result;
  }
}
