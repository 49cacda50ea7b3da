package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** The calls of io_uring, which glibc has no names for; zero or more, or -errno. */
final class UringCalls {
  private static final MethodHandle SETUP = Native.linkVariadic(Libc.syscall.address(), 1, 3);
  private static final MethodHandle ENTER = Native.linkVariadic(Libc.syscall.address(), 1, 6);

  private UringCalls() {}

  static int setup(CallState s, int entries, MemorySegment params) {
    return (int) Native.callLong(SETUP, s, Libc.__NR_io_uring_setup(), entries, params.address());
  }

  static int enter(CallState s, int ring, int submit, int complete, int flags) {
    try {
      // No signal mask; without one the kernel does not look at the argument for its size.
      long result =
          (long)
              ENTER.invokeExact(
                  s.segment(),
                  (long) Libc.__NR_io_uring_enter(),
                  (long) ring,
                  (long) submit,
                  (long) complete,
                  (long) flags,
                  0L);
      return result < 0 ? -s.errno() : (int) result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }
}
