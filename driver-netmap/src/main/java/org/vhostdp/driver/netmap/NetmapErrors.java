package org.vhostdp.driver.netmap;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Failures;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What to do about what netmap refuses. */
final class NetmapErrors {
  static final String DEVICE = "/dev/netmap";

  static final String NO_MODULE =
      "Load netmap's kernel module (modprobe netmap, or insmod netmap.ko as built for the running"
          + " kernel); in a container, pass "
          + DEVICE
          + " in.";

  static final String NO_ACCESS =
      "Let this user read and write " + DEVICE + " (it belongs to root), or run as root.";

  static final Failures FAILURES = new Failures("netmap", NetmapErrors::advice);

  private NetmapErrors() {}

  /** The kernel's numbers about a port's memory make no sense. */
  static DriverException layout(PortName port) {
    return new DriverException(
        Reason.DEVICE,
        "The memory of the port " + port + " is not laid out as netmap's header says.",
        "Load a netmap module of API version 14.");
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES ->
          NO_ACCESS + " Changing an interface's MTU needs CAP_NET_ADMIN.";
      case Errno.ENODEV, Errno.ENXIO ->
          "Name an interface that \"ip link\" shows in that network namespace, or a VALE port.";
      case Errno.EBUSY ->
          "Another program, or another port of this one, uses it: every port needs a name of its"
              + " own.";
      case Errno.ENOMEM, Errno.ENOBUFS ->
          "netmap's memory did not do: set fewer \"queues\", \"slots\" or \"extra-buffers\", or"
              + " load the module with a larger buf_num.";
      default -> "";
    };
  }
}
