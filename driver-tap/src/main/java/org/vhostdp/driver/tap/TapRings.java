package org.vhostdp.driver.tap;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** Gives each queue of a port its ring, or says why there is none. Control threads only. */
final class TapRings {
  private final TapOptions.Calls calls;
  private final Host host;
  private boolean allowed;

  TapRings(TapOptions options, Host host) {
    calls = options.calls();
    this.host = host;
    // Only without a limit does the kernel take every frame at once: EAGAIN must stop a burst.
    allowed = calls != TapOptions.Calls.PLAIN && !options.hasSendLimit();
  }

  /**
   * A ring for a queue.
   *
   * @return null for plain calls
   * @throws DriverException if the configuration demands a ring and the kernel refuses
   */
  TapRing open(int fd) throws DriverException {
    if (!allowed) {
      return null;
    }
    try {
      return TapRing.open(fd);
    } catch (LinuxException e) {
      if (calls == TapOptions.Calls.URING) {
        Reason reason = e.errno() == Errno.EPERM ? Reason.PERMISSION : Reason.UNSUPPORTED;
        throw new DriverException(
            reason,
            "The key \"io\" says uring, but io_uring cannot be used here. " + e.getMessage(),
            "With io = \"auto\" the port works without.",
            e);
      }
      allowed = false;
      host.log(System.Logger.Level.INFO, "The port uses plain system calls: " + e.getMessage());
      return null;
    }
  }
}
