package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.itimerspec;
import org.vhostdp.linux.generated.timespec;

/**
 * A timer that can be polled: timerfd_create(2) on the monotonic clock, non-blocking,
 * close-on-exec. One thread sets it.
 */
public final class TimerFd implements AutoCloseable {
  private static final long NANOS = 1_000_000_000;
  private static final long SECONDS_AT = itimerspec.it_value$offset() + timespec.tv_sec$offset();
  private static final long NANOS_AT = itimerspec.it_value$offset() + timespec.tv_nsec$offset();

  private final Fd fd;
  private final Arena arena = Arena.ofAuto();
  private final CallState state = new CallState(arena);
  private final MemorySegment value = arena.allocate(itimerspec.layout());

  private TimerFd(Fd fd) {
    this.fd = fd;
  }

  /** A new one, not set. */
  public static TimerFd create() throws LinuxException {
    int result =
        EventCalls.timerfdCreate(
            CallState.ofThread(), Libc.CLOCK_MONOTONIC(), Libc.TFD_NONBLOCK() | Libc.TFD_CLOEXEC());
    if (result < 0) {
      throw new LinuxException("timerfd_create", "", -result);
    }
    return new TimerFd(Fd.of(result));
  }

  /** Its descriptor, readable from when the time is over until it is set again; owned by this. */
  public Fd fd() {
    return fd;
  }

  /**
   * Sets it, once, in place of what was set before; from then on it is not readable until the time
   * is over. Hot path: no allocation.
   *
   * @param nanos from now, at least 1; 0 sets no time
   * @throws IllegalStateException if it was closed
   */
  public void set(long nanos) {
    value.set(ValueLayout.JAVA_LONG, SECONDS_AT, nanos / NANOS);
    value.set(ValueLayout.JAVA_LONG, NANOS_AT, nanos % NANOS);
    int result = EventCalls.timerfdSet(state, fd.raw(), value.address());
    if (result < 0) {
      throw new IllegalStateException(
          "timerfd_settime of " + fd + " to " + nanos + " ns failed: " + Errno.name(-result) + ".");
    }
  }

  /** Closes its descriptor; again does nothing. */
  @Override
  public void close() {
    fd.close();
  }
}
