package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** mmap and memfd; zero or more, or -errno. */
final class MemoryCalls {
  private static final MethodHandle MMAP = Native.link(Libc.mmap$address(), Libc.mmap$descriptor());
  private static final MethodHandle MUNMAP =
      Native.link(Libc.munmap$address(), Libc.munmap$descriptor());
  private static final MethodHandle MEMFD_CREATE =
      Native.link(Libc.memfd_create$address(), Libc.memfd_create$descriptor());
  private static final MethodHandle FTRUNCATE =
      Native.link(Libc.ftruncate$address(), Libc.ftruncate$descriptor());

  private MemoryCalls() {}

  /** The address, or -errno; user addresses are always positive. */
  static long mmap(CallState s, long length, int protection, int flags, int fd, long offset) {
    return Native.callLong(MMAP, s, 0L, length, protection, flags, fd, offset);
  }

  static int munmap(CallState s, long address, long length) {
    return Native.call(MUNMAP, s, address, length);
  }

  static int memfdCreate(CallState s, MemorySegment name, int flags) {
    return Native.call(MEMFD_CREATE, s, name.address(), flags);
  }

  static int ftruncate(CallState s, int fd, long size) {
    return Native.call(FTRUNCATE, s, fd, size);
  }
}
