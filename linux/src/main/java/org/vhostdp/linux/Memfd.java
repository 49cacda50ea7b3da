package org.vhostdp.linux;

import java.lang.foreign.Arena;
import org.vhostdp.linux.generated.Libc;

/** Anonymous files in memory, memfd_create(2), that can be handed to other processes and mapped. */
public final class Memfd {
  /** F_SEAL_SEAL: no further seals. */
  public static final int SEAL_SEAL = 1;

  /** F_SEAL_SHRINK: the file cannot become smaller. */
  public static final int SEAL_SHRINK = 2;

  /** F_SEAL_GROW: the file cannot become larger. */
  public static final int SEAL_GROW = 4;

  private Memfd() {}

  /**
   * A zeroed file, close-on-exec, that may be sealed.
   *
   * @param name shown in /proc/PID/maps; need not be unique
   * @param size bytes
   */
  public static Fd create(String name, long size) throws LinuxException {
    return create(name, size, 0);
  }

  /**
   * The same in huge pages of the system's default size.
   *
   * @param size bytes, a multiple of that size
   */
  public static Fd createHuge(String name, long size) throws LinuxException {
    return create(name, size, Libc.MFD_HUGETLB());
  }

  private static Fd create(String name, long size, int kind) throws LinuxException {
    int flags = Libc.MFD_CLOEXEC() | Libc.MFD_ALLOW_SEALING() | kind;
    try (Arena arena = Arena.ofConfined()) {
      int result = MemoryCalls.memfdCreate(CallState.ofThread(), arena.allocateFrom(name), flags);
      if (result < 0) {
        throw new LinuxException("memfd_create", name, -result);
      }
      Fd fd = Fd.of(result);
      try {
        truncate(result, size);
      } catch (LinuxException failed) {
        fd.close();
        throw failed;
      }
      return fd;
    }
  }

  /** Sets the file's size in bytes. */
  public static void truncate(int fd, long size) throws LinuxException {
    CallState s = CallState.ofThread();
    int result;
    do {
      result = MemoryCalls.ftruncate(s, fd, size);
    } while (result == -Errno.EINTR);
    if (result < 0) {
      String what = "descriptor " + fd + " to " + size + " bytes";
      String advice =
          -result == Errno.EPERM ? "The file is sealed at its size." : Errno.advice(-result);
      throw new LinuxException("ftruncate", what, -result, advice);
    }
  }

  /** The file's seals, a set of {@code SEAL_*}; or -errno, EINVAL for a file without seals. */
  public static int seals(int fd) {
    return PathCalls.fcntl(CallState.ofThread(), fd, Libc.F_GET_SEALS(), 0);
  }

  /**
   * Adds seals; they can never be taken off.
   *
   * @param seals a set of {@code SEAL_*}
   */
  public static void seal(int fd, int seals) throws LinuxException {
    int result = PathCalls.fcntl(CallState.ofThread(), fd, Libc.F_ADD_SEALS(), seals);
    if (result < 0) {
      throw new LinuxException("fcntl F_ADD_SEALS", "descriptor " + fd, -result);
    }
  }
}
