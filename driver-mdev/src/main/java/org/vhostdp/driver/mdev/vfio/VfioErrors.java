package org.vhostdp.driver.mdev.vfio;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What the kernel refuses, as sentences for the operator. */
final class VfioErrors {
  static final String NO_IOMMU_ADVICE =
      "Turn the IOMMU on in the firmware and on the kernel's command line (intel_iommu=on, or"
          + " amd_iommu=on), and in a virtual machine give it one; VFIO without an IOMMU protects"
          + " nothing, so this driver does not use it.";

  static final String LOAD_VFIO_PCI =
      "Load the kernel's driver with \"modprobe vfio-pci\"; in a container, pass /dev/vfio in.";

  private VfioErrors() {}

  /** A failed call on an object, with errno's name and advice that fits the call. */
  static DriverException of(String call, String object, int errno, String advice) {
    return of(call, object, errno, advice, null);
  }

  /** A failed call with the general advice for its errno. */
  static DriverException of(String call, String object, int errno) {
    return of(call, object, errno, Errno.advice(errno), null);
  }

  /** A failed call that threw. */
  static DriverException of(LinuxException e) {
    return of(e.call(), e.object(), e.errno(), e.advice(), e);
  }

  private static DriverException of(
      String call, String object, int errno, String advice, Throwable cause) {
    String message = new LinuxException(call, object, errno, "").getMessage();
    return new DriverException(reason(errno), message, advice, cause);
  }

  static DriverException noIommu(String device) {
    return new DriverException(
        Reason.UNSUPPORTED,
        device + " belongs to no IOMMU group: this kernel uses no IOMMU for it.",
        NO_IOMMU_ADVICE);
  }

  private static Reason reason(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> Reason.PERMISSION;
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> Reason.NOT_FOUND;
      case Errno.EBUSY -> Reason.BUSY;
      case Errno.ENOMEM, Errno.ENOSPC, Errno.EMFILE, Errno.ENFILE -> Reason.RESOURCES;
      case Errno.EINVAL, Errno.ENOTTY, Errno.EOPNOTSUPP, Errno.ENOSYS -> Reason.UNSUPPORTED;
      default -> Reason.DEVICE;
    };
  }
}
