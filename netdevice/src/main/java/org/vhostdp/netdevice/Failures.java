package org.vhostdp.netdevice;

import java.util.Objects;
import java.util.function.IntFunction;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Failures of the kernel as sentences for the operator: the call, its object, errno's name, and the
 * driver's own advice. Any thread.
 */
public final class Failures {
  /** Of asm-generic/errno.h: no such family of sockets. */
  private static final int EAFNOSUPPORT = 97;

  private final String driver;
  private final IntFunction<String> advice;

  /**
   * The failures of one driver.
   *
   * @param driver what it drives, such as {@code TAP}
   * @param advice what to do about a positive errno, as whole sentences; empty where the driver
   *     knows no better than {@link LinuxException#advice}
   */
  public Failures(String driver, IntFunction<String> advice) {
    this.driver = Objects.requireNonNull(driver);
    this.advice = Objects.requireNonNull(advice);
  }

  /**
   * A failed call on an object.
   *
   * @param errno positive
   */
  public DriverException of(String call, String object, int errno) {
    return with(call, object, errno, advice.apply(errno), null);
  }

  /** The same with advice that fits this call better than the general one. */
  public DriverException of(String call, String object, int errno, String better) {
    return with(call, object, errno, better, null);
  }

  /** Any failure of opening or configuring as what the SPI throws. */
  public DriverException from(Exception failure) {
    return switch (failure) {
      case DriverException e -> e;
      case LinuxException e -> with(e.call(), e.object(), e.errno(), advice(e), e);
      default ->
          new DriverException(
              Reason.DEVICE,
              "The " + driver + " driver failed: " + failure.getMessage() + ".",
              "",
              failure);
    };
  }

  /** What a positive errno means to a host. */
  public static Reason reason(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> Reason.PERMISSION;
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> Reason.NOT_FOUND;
      case Errno.EBUSY -> Reason.BUSY;
      case Errno.ENOMEM, Errno.ENOBUFS, Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC ->
          Reason.RESOURCES;
      case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOTTY, Errno.ENOSYS, Errno.ERANGE, EAFNOSUPPORT ->
          Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }

  private static DriverException with(
      String call, String object, int errno, String advice, Throwable cause) {
    String message = new LinuxException(call, object, errno, "").getMessage();
    return new DriverException(reason(errno), message, advice, cause);
  }

  private String advice(LinuxException e) {
    String own = advice.apply(e.errno());
    return own.isEmpty() ? e.advice() : own;
  }
}
