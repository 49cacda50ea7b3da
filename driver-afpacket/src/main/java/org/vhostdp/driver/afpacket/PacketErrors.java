package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Failures;
import org.vhostdp.spi.DriverException;

/** Failures of the kernel as sentences for the operator, with what to do about packet sockets. */
final class PacketErrors {
  static final String NEEDS_NET_RAW =
      "Packet sockets need CAP_NET_RAW in the user namespace that owns the network namespace, and"
          + " changing the interface's MTU needs CAP_NET_ADMIN there: run as root, or grant them"
          + " (systemd: AmbientCapabilities=CAP_NET_RAW).";

  static final Failures FAILURES = new Failures("AF_PACKET", PacketErrors::advice);

  private PacketErrors() {}

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
      case Errno.EPERM, Errno.EACCES -> NEEDS_NET_RAW;
      case Errno.ENOMEM -> "The rings did not fit: set a smaller \"ring\", or fewer \"queues\".";
      case Errno.ENODEV, Errno.ENXIO ->
          "Name an interface that \"ip link\" shows in that network namespace.";
      default -> "";
    };
  }
}
