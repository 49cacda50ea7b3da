package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Failures of the kernel as sentences for the operator, with what to do about packet sockets. */
final class PacketErrors {
  static final String NEEDS_NET_RAW =
      "Packet sockets need CAP_NET_RAW in the user namespace that owns the network namespace, and"
          + " changing the interface's MTU needs CAP_NET_ADMIN there: run as root, or grant them"
          + " (systemd: AmbientCapabilities=CAP_NET_RAW).";

  private PacketErrors() {}

  /** A failed call on an object, with errno's name. */
  static DriverException of(String call, String object, int errno) {
    return with(call, object, errno, advice(errno), null);
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
              "The AF_PACKET driver failed: " + failure.getMessage() + ".",
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
      case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ERANGE -> Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }

  private static String advice(LinuxException e) {
    String own = advice(e.errno());
    return own.isEmpty() ? e.advice() : own;
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> NEEDS_NET_RAW;
      case Errno.ENOMEM -> "The rings did not fit: set a smaller \"ring\", or fewer \"queues\".";
      case Errno.ENODEV, Errno.ENXIO ->
          "Name an interface that \"ip link\" shows in that network namespace.";
      default -> "";
    };
  }
}
