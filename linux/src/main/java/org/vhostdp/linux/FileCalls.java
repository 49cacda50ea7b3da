package org.vhostdp.linux;

import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** read, write, ioctl and their like on descriptors; results of zero or more, or -errno. */
final class FileCalls {
  private static final MethodHandle READ = Native.link(Libc.read$address(), Libc.read$descriptor());
  private static final MethodHandle WRITE =
      Native.link(Libc.write$address(), Libc.write$descriptor());
  private static final MethodHandle READV =
      Native.link(Libc.readv$address(), Libc.readv$descriptor());
  private static final MethodHandle WRITEV =
      Native.link(Libc.writev$address(), Libc.writev$descriptor());
  private static final MethodHandle IOCTL = Native.linkVariadic(Libc.ioctl.address(), 2, 3);
  private static final MethodHandle CLOSE =
      Native.link(Libc.close$address(), Libc.close$descriptor());

  private FileCalls() {}

  static long read(CallState s, int fd, long address, long length) {
    try {
      long result = (long) READ.invokeExact(s.segment(), (long) fd, address, length);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static long write(CallState s, int fd, long address, long length) {
    try {
      long result = (long) WRITE.invokeExact(s.segment(), (long) fd, address, length);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static long readv(CallState s, int fd, long iovecs, int count) {
    try {
      long result = (long) READV.invokeExact(s.segment(), (long) fd, iovecs, (long) count);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static long writev(CallState s, int fd, long iovecs, int count) {
    try {
      long result = (long) WRITEV.invokeExact(s.segment(), (long) fd, iovecs, (long) count);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static int ioctl(CallState s, int fd, long request, long argument) {
    try {
      int result = (int) (long) IOCTL.invokeExact(s.segment(), (long) fd, request, argument);
      return result < 0 ? -s.errno() : result;
    } catch (Throwable thrown) {
      throw Native.unexpected(thrown);
    }
  }

  static int close(CallState s, int fd) {
    return Native.call(CLOSE, s, fd);
  }
}
