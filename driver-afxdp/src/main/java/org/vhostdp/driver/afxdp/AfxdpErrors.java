package org.vhostdp.driver.afxdp;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Failures of the kernel as sentences for the operator, with what to do about AF_XDP. */
final class AfxdpErrors {
  private static final String NEEDS_PRIVILEGES =
      "This needs CAP_NET_RAW and CAP_NET_ADMIN in the user namespace that owns the network"
          + " namespace, and CAP_BPF for the XDP program: run as root, grant the capabilities, or"
          + " pass the descriptors in with the key \"fds\".";

  /** Of asm-generic/errno.h: no such family of sockets. */
  private static final int EAFNOSUPPORT = 97;

  private AfxdpErrors() {}

  /** A failed call on an object, with errno's name. */
  static DriverException of(String call, String object, int errno) {
    return of(call, object, errno, advice(errno));
  }

  /** The same with advice that fits this call better than the general one. */
  static DriverException of(String call, String object, int errno, String advice) {
    return with(call, object, errno, advice, null);
  }

  /** Any failure of opening or configuring as what the SPI throws. */
  static DriverException driverException(Exception failure) {
    return switch (failure) {
      case DriverException e -> e;
      case LinuxException e -> with(e.call(), e.object(), e.errno(), advice(e), e);
      default ->
          new DriverException(
              Reason.DEVICE,
              "The AF_XDP driver failed: " + failure.getMessage() + ".",
              "",
              failure);
    };
  }

  private static DriverException with(
      String call, String object, int errno, String advice, Throwable cause) {
    String message = new LinuxException(call, object, errno, "").getMessage();
    return new DriverException(reason(errno), message, advice, cause);
  }

  private static Reason reason(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> Reason.PERMISSION;
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> Reason.NOT_FOUND;
      case Errno.EBUSY -> Reason.BUSY;
      case Errno.ENOMEM, Errno.ENOBUFS, Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC ->
          Reason.RESOURCES;
      case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ERANGE, EAFNOSUPPORT -> Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }

  private static String advice(LinuxException e) {
    String own = advice(e.errno());
    return own.isEmpty() ? e.advice() : own;
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> NEEDS_PRIVILEGES;
      case Errno.EBUSY ->
          "Another process, or another port of this one, holds the queue: end it, or choose another"
              + " interface or \"first-queue\".";
      case Errno.ENODEV -> "\"ip link\" lists the interfaces that there are.";
      case EAFNOSUPPORT -> "The kernel was built without CONFIG_XDP_SOCKETS.";
      default -> "";
    };
  }
}
