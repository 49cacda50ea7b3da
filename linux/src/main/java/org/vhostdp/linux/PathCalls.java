package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** Calls about files by name and about what a descriptor is; zero or more, or -errno. */
final class PathCalls {
  private static final MethodHandle OPEN = Native.linkVariadic(Libc.open.address(), 2, 3);
  private static final MethodHandle FCNTL = Native.linkVariadic(Libc.fcntl.address(), 2, 3);
  private static final MethodHandle FSTAT =
      Native.link(Libc.fstat$address(), Libc.fstat$descriptor());
  private static final MethodHandle LSTAT =
      Native.link(Libc.lstat$address(), Libc.lstat$descriptor());
  private static final MethodHandle UNLINK =
      Native.link(Libc.unlink$address(), Libc.unlink$descriptor());
  private static final MethodHandle CHMOD =
      Native.link(Libc.chmod$address(), Libc.chmod$descriptor());
  private static final MethodHandle FCHMOD =
      Native.link(Libc.fchmod$address(), Libc.fchmod$descriptor());

  private PathCalls() {}

  static int open(CallState s, MemorySegment path, int flags, int mode) {
    return Native.call(OPEN, s, path.address(), flags, mode);
  }

  static int fcntl(CallState s, int fd, int command, int argument) {
    return Native.call(FCNTL, s, fd, command, argument);
  }

  static int fstat(CallState s, int fd, MemorySegment stat) {
    return Native.call(FSTAT, s, fd, stat.address());
  }

  static int lstat(CallState s, MemorySegment path, MemorySegment stat) {
    return Native.call(LSTAT, s, path.address(), stat.address());
  }

  static int unlink(CallState s, MemorySegment path) {
    return Native.call(UNLINK, s, path.address());
  }

  static int chmod(CallState s, MemorySegment path, int mode) {
    return Native.call(CHMOD, s, path.address(), mode);
  }

  static int fchmod(CallState s, int fd, int mode) {
    return Native.call(FCHMOD, s, fd, mode);
  }
}
