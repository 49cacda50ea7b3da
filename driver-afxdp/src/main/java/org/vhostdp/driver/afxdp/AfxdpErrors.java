package org.vhostdp.driver.afxdp;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Failures;
import org.vhostdp.spi.DriverException;

/** Failures of the kernel as sentences for the operator, with what to do about AF_XDP. */
final class AfxdpErrors {
  private static final String NEEDS_PRIVILEGES =
      "This needs CAP_NET_RAW and CAP_NET_ADMIN in the user namespace that owns the network"
          + " namespace, and CAP_BPF for the XDP program: run as root, grant the capabilities, or"
          + " pass the descriptors in with the key \"fds\".";

  /** Of asm-generic/errno.h: no such family of sockets. */
  private static final int EAFNOSUPPORT = 97;

  static final Failures FAILURES = new Failures("AF_XDP", AfxdpErrors::advice);

  private AfxdpErrors() {}

  /** A failed call on an object, with errno's name. */
  static DriverException of(String call, String object, int errno) {
    return FAILURES.of(call, object, errno);
  }

  /** The same with advice that fits this call better than the general one. */
  static DriverException of(String call, String object, int errno, String advice) {
    return FAILURES.of(call, object, errno, advice);
  }

  /** Any failure of opening or configuring as what the SPI throws. */
  static DriverException driverException(Exception failure) {
    return FAILURES.from(failure);
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> NEEDS_PRIVILEGES;
      case Errno.EBUSY ->
          "Another process, or another port of this one, holds the queue: end it, or choose another"
              + " interface or \"first-queue\".";
      case Errno.ENODEV ->
          "Name an interface that \"ip link\" shows in the port's network namespace (\"netns\").";
      case EAFNOSUPPORT -> "The kernel was built without CONFIG_XDP_SOCKETS.";
      default -> "";
    };
  }
}
