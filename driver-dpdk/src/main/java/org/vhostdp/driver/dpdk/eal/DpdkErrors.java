package org.vhostdp.driver.dpdk.eal;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What DPDK says as sentences for the operator. */
public final class DpdkErrors {
  private DpdkErrors() {}

  /**
   * A failed call.
   *
   * @param call DPDK's function
   * @param object what it was called for: a device, a file, a key's value
   * @param errno positive or negative
   */
  public static DriverException of(String call, String object, int errno) {
    return of(call, object, errno, advice(Math.abs(errno)));
  }

  /** The same with advice that fits this call better than the general one. */
  public static DriverException of(String call, String object, int errno, String advice) {
    int number = Math.abs(errno);
    String message = new LinuxException(call, object, number, "").getMessage();
    return new DriverException(reason(number), message, advice);
  }

  /** The same with what DPDK's log says about it, which often is the only explanation. */
  public static DriverException of(
      String call, String object, int errno, String log, String advice) {
    return of(call, object, errno, log.isEmpty() ? advice : "DPDK says: " + log + ". " + advice);
  }

  private static Reason reason(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> Reason.PERMISSION;
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> Reason.NOT_FOUND;
      case Errno.EBUSY, Errno.EEXIST -> Reason.BUSY;
      case Errno.ENOMEM, Errno.ENOBUFS, Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC ->
          Reason.RESOURCES;
      case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.ERANGE -> Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }

  static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES ->
          "See docs/drivers/dpdk.md for the privileges that each poll mode driver needs.";
      case Errno.EBUSY, Errno.EEXIST ->
          "Another port or process holds the device: end it, or choose another device.";
      case Errno.ENOMEM, Errno.ENOBUFS ->
          "Give DPDK more memory: more huge pages, or fewer mbufs by the key \"mbufs\".";
      default -> "";
    };
  }
}
