package org.vhostdp.driver.tap;

import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What an interface's name stands for before the driver takes it. */
final class TapExisting {
  private TapExisting() {}

  /**
   * Whether there is a TAP of that name that nobody holds.
   *
   * @return false if there is no interface of that name
   * @throws DriverException if it is no TAP, or in use
   */
  static boolean isFree(Netlink netlink, String ifname) throws DriverException, LinuxException {
    Netlink.Link link = find(netlink, ifname);
    if (link == null) {
      return false;
    }
    if (!"tun".equals(link.kind())) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "The interface " + ifname + " exists and is no TAP device (EINVAL).",
          "Choose another \"ifname\", or name a macvtap's character device by \"device\".");
    }
    // The carrier of a TAP is on as long as a process holds one of its queues.
    if (link.up() && link.running()) {
      throw TapErrors.of("ioctl TUNSETIFF", ifname, Errno.EBUSY);
    }
    return true;
  }

  private static Netlink.Link find(Netlink netlink, String ifname) throws LinuxException {
    try {
      return netlink.link(ifname);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV) {
        return null;
      }
      throw e;
    }
  }
}
