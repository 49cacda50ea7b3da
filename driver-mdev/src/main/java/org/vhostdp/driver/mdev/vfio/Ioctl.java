package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;

/**
 * Requests of VFIO and iommufd. Their numbers are all _IO(';', n) without a size, so each structure
 * carries its own.
 */
final class Ioctl {
  private Ioctl() {}

  /** The call's result, or -errno. */
  static int call(Fd fd, int request, MemorySegment argument) {
    try (Arena arena = Arena.ofConfined()) {
      return Io.ioctl(new CallState(arena), fd.raw(), request, argument);
    }
  }

  /** The call's result, or -errno. */
  static int call(Fd fd, int request, long argument) {
    try (Arena arena = Arena.ofConfined()) {
      return Io.ioctl(new CallState(arena), fd.raw(), request, argument);
    }
  }
}
