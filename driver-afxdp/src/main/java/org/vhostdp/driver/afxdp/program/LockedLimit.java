package org.vhostdp.driver.afxdp.program;

import java.util.function.IntSupplier;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.LockedMemory;

/**
 * The limit of locked memory, as the kernel charges it: for the memory of sockets always, for
 * programs and maps before Linux 5.11. Control threads.
 */
public final class LockedLimit {
  /** Enough for programs and maps of this driver. */
  private static final long OBJECTS = 16L << 20;

  private LockedLimit() {}

  /**
   * Raises the process's soft limit to {@code bytes} if it is lower: the hard limit too where that
   * is allowed (CAP_SYS_RESOURCE), else as far as the hard limit goes.
   *
   * @return whether the soft limit grew, so that trying again makes sense
   */
  public static boolean raise(long bytes) {
    try {
      LockedMemory now = LockedMemory.now();
      if (now.allows(bytes)) {
        return false;
      }
      boolean hardToo = Long.compareUnsigned(now.hard(), bytes) < 0;
      return hardToo
          ? applied(new LockedMemory(bytes, bytes))
              || Long.compareUnsigned(now.soft(), now.hard()) < 0
                  && applied(new LockedMemory(now.hard(), now.hard()))
          : applied(new LockedMemory(bytes, now.hard()));
    } catch (LinuxException unreadable) {
      // Without the numbers nothing can be raised; the failure that led here is reported instead.
      return false;
    }
  }

  private static boolean applied(LockedMemory limits) {
    try {
      limits.apply();
      return true;
    } catch (LinuxException refused) {
      return false;
    }
  }

  /**
   * What to do where {@code bytes} of locked memory were refused, with the limits' numbers.
   *
   * @param bytes how many are needed
   */
  public static String advice(long bytes) {
    String limits;
    try {
      LockedMemory now = LockedMemory.now();
      limits = "RLIMIT_MEMLOCK is " + text(now.soft()) + ", at most " + text(now.hard());
    } catch (LinuxException e) {
      limits = e.getMessage();
    }
    return text(bytes)
        + " of locked memory are needed and "
        + limits
        + " for this process: raise it (LimitMEMLOCK=infinity in systemd, ulimit -l unlimited), or"
        + " grant CAP_IPC_LOCK.";
  }

  private static String text(long bytes) {
    return bytes == LockedMemory.UNLIMITED ? "unlimited" : (bytes + 1023 >>> 10) + " KiB";
  }

  /**
   * Makes a program or map, and once more with a higher limit if an old kernel refused it for its
   * memory, which looks like a missing privilege.
   *
   * @param creation gives zero or more, or -errno
   */
  static int creating(IntSupplier creation) {
    int result = creation.getAsInt();
    boolean maybe = result == -Errno.EPERM || result == -Errno.ENOMEM;
    return maybe && raise(OBJECTS) ? creation.getAsInt() : result;
  }
}
