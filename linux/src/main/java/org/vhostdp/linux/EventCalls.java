package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** eventfd, timerfd, epoll and poll; zero or more, or -errno. */
final class EventCalls {
  private static final MethodHandle EVENTFD =
      Native.link(Libc.eventfd$address(), Libc.eventfd$descriptor());
  private static final MethodHandle TIMERFD_CREATE =
      Native.link(Libc.timerfd_create$address(), Libc.timerfd_create$descriptor());
  private static final MethodHandle TIMERFD_SETTIME =
      Native.link(Libc.timerfd_settime$address(), Libc.timerfd_settime$descriptor());
  private static final MethodHandle EPOLL_CREATE1 =
      Native.link(Libc.epoll_create1$address(), Libc.epoll_create1$descriptor());
  private static final MethodHandle EPOLL_CTL =
      Native.link(Libc.epoll_ctl$address(), Libc.epoll_ctl$descriptor());
  private static final MethodHandle EPOLL_WAIT =
      Native.link(Libc.epoll_wait$address(), Libc.epoll_wait$descriptor());
  private static final MethodHandle POLL = Native.link(Libc.poll$address(), Libc.poll$descriptor());

  private EventCalls() {}

  static int eventfd(CallState s, int initial, int flags) {
    return Native.call(EVENTFD, s, initial, flags);
  }

  static int timerfdCreate(CallState s, int clock, int flags) {
    return Native.call(TIMERFD_CREATE, s, clock, flags);
  }

  static int timerfdSet(CallState s, int timer, long value) {
    try {
      int result =
          (int) (long) TIMERFD_SETTIME.invokeExact(s.segment(), (long) timer, 0L, value, 0L);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static int epollCreate(CallState s, int flags) {
    return Native.call(EPOLL_CREATE1, s, flags);
  }

  static int epollControl(CallState s, int epoll, int operation, int fd, long event) {
    return Native.call(EPOLL_CTL, s, epoll, operation, fd, event);
  }

  static int epollWait(CallState s, int epoll, long events, int capacity, int timeoutMillis) {
    try {
      int result =
          (int)
              (long)
                  EPOLL_WAIT.invokeExact(
                      s.segment(), (long) epoll, events, (long) capacity, (long) timeoutMillis);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static int poll(CallState s, MemorySegment pollfds, long count, int timeoutMillis) {
    return Native.call(POLL, s, pollfds.address(), count, timeoutMillis);
  }
}
