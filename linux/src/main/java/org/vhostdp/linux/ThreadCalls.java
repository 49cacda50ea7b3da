package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** Calls about threads; results of zero or more, or -errno. */
final class ThreadCalls {
  private static final MethodHandle SCHED_SETAFFINITY =
      Native.link(Libc.sched_setaffinity$address(), Libc.sched_setaffinity$descriptor());
  private static final MethodHandle SCHED_GETAFFINITY =
      Native.link(Libc.sched_getaffinity$address(), Libc.sched_getaffinity$descriptor());
  private static final MethodHandle GETTID =
      Native.link(Libc.gettid$address(), Libc.gettid$descriptor());
  private static final MethodHandle CLOCK_GETTIME =
      Native.link(Libc.clock_gettime$address(), Libc.clock_gettime$descriptor());

  private ThreadCalls() {}

  static int setAffinity(CallState s, int tid, MemorySegment set) {
    return Native.call(SCHED_SETAFFINITY, s, tid, set.byteSize(), set.address());
  }

  static int getAffinity(CallState s, int tid, MemorySegment set) {
    return Native.call(SCHED_GETAFFINITY, s, tid, set.byteSize(), set.address());
  }

  static int tid(CallState s) {
    return Native.call(GETTID, s);
  }

  static int clock(CallState s, int clock, MemorySegment timespec) {
    return Native.call(CLOCK_GETTIME, s, clock, timespec.address());
  }
}
