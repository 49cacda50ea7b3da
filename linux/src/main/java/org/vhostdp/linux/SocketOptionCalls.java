package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** Socket options; zero, or -errno. */
final class SocketOptionCalls {
  private static final MethodHandle SETSOCKOPT =
      Native.link(Libc.setsockopt$address(), Libc.setsockopt$descriptor());
  private static final MethodHandle GETSOCKOPT =
      Native.link(Libc.getsockopt$address(), Libc.getsockopt$descriptor());

  private SocketOptionCalls() {}

  static int set(CallState s, int fd, int level, int name, MemorySegment value) {
    return Native.call(SETSOCKOPT, s, fd, level, name, value.address(), value.byteSize());
  }

  /**
   * {@code size}: one int, the size of {@code value} on entry and of what was written on return.
   */
  static int get(
      CallState s, int fd, int level, int name, MemorySegment value, MemorySegment size) {
    return Native.call(GETSOCKOPT, s, fd, level, name, value.address(), size.address());
  }
}
