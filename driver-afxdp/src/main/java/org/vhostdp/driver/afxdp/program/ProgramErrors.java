package org.vhostdp.driver.afxdp.program;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Failures around XDP programs as sentences for the operator. */
final class ProgramErrors {
  private static final String NEEDS =
      "Loading and attaching an XDP program takes CAP_BPF and CAP_NET_ADMIN (CAP_SYS_ADMIN before"
          + " Linux 5.8): run as root, grant them, or let an operator attach a program and name"
          + " its pinned XSKMAP with program = \"pinned:PATH\".";

  /** Errors of libbpf itself begin here (libbpf_errno of bpf/libbpf.h). */
  private static final int LIBBPF = 4000;

  private ProgramErrors() {}

  /** A failed call on an object, with errno's name. */
  static DriverException of(String call, String object, int errno) {
    return of(call, object, errno, advice(errno));
  }

  /** The same with advice that fits this call better than the general one. */
  static DriverException of(String call, String object, int errno, String advice) {
    String message =
        errno >= LIBBPF
            ? call + " " + object + ": libbpf's error " + errno + "."
            : new LinuxException(call, object, errno, "").getMessage();
    return new DriverException(reason(errno), message, advice);
  }

  static DriverException of(LinuxException e) {
    return of(e.call(), e.object(), e.errno(), e.advice());
  }

  private static Reason reason(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> Reason.PERMISSION;
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> Reason.NOT_FOUND;
      case Errno.EBUSY, Errno.EEXIST, Errno.EADDRINUSE -> Reason.BUSY;
      case Errno.ENOMEM, Errno.ENOBUFS, Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC ->
          Reason.RESOURCES;
      case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ERANGE -> Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> NEEDS;
      case Errno.ENODEV -> "The interface is gone.";
      default -> Errno.advice(errno);
    };
  }
}
