package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** Namespaces and capabilities; zero or more, or -errno. */
final class PrivilegeCalls {
  private static final MethodHandle SETNS =
      Native.link(Libc.setns$address(), Libc.setns$descriptor());
  private static final MethodHandle UNSHARE =
      Native.link(Libc.unshare$address(), Libc.unshare$descriptor());
  private static final MethodHandle PRCTL = Native.linkVariadic(Libc.prctl.address(), 1, 5);
  // libc has no wrapper for capget and capset.
  private static final MethodHandle SYSCALL = Native.linkVariadic(Libc.syscall.address(), 1, 3);

  private PrivilegeCalls() {}

  static int setns(CallState s, int namespace, int kind) {
    return Native.call(SETNS, s, namespace, kind);
  }

  static int unshare(CallState s, int kind) {
    return Native.call(UNSHARE, s, kind);
  }

  static int prctl(CallState s, int option, long a, long b) {
    return Native.call(PRCTL, s, option, a, b, 0L, 0L);
  }

  static int capget(CallState s, MemorySegment header, MemorySegment data) {
    return capabilities(s, Libc.__NR_capget(), header, data);
  }

  static int capset(CallState s, MemorySegment header, MemorySegment data) {
    return capabilities(s, Libc.__NR_capset(), header, data);
  }

  private static int capabilities(
      CallState s, long call, MemorySegment header, MemorySegment data) {
    return (int) Native.callLong(SYSCALL, s, call, header.address(), data.address());
  }
}
