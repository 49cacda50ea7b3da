package org.vhostdp.driver.tap;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Failures;
import org.vhostdp.spi.DriverException;

/** Failures of the kernel as sentences for the operator, with what to do about a TAP. */
final class TapErrors {
  private static final String NEEDS_NET_ADMIN =
      "This needs CAP_NET_ADMIN in the user namespace that owns the network namespace: run as"
          + " root, grant the capability, or use a persistent TAP whose owner is this user (ip"
          + " tuntap add mode tap multi_queue vnet_hdr user NAME dev TAP).";

  static final Failures FAILURES = new Failures("TAP", TapErrors::advice);

  private TapErrors() {}

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
      case Errno.EPERM, Errno.EACCES -> NEEDS_NET_ADMIN;
      case Errno.EBUSY ->
          "Another process, or another port of this one, holds the device: end it or choose"
              + " another interface.";
      default -> "";
    };
  }
}
