package org.vhostdp.driver.dpdk.feature;

import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortEvents;

/**
 * What happens to a device. One that stands on an interface of the kernel is watched by the
 * kernel's announcements; another is asked for its link from time to time; one whose link is always
 * up has nothing to tell.
 */
interface LinkEvents extends PortEvents, AutoCloseable {
  /** Gives back descriptors. */
  @Override
  void close();

  /**
   * Chooses.
   *
   * @param port the ethdev
   * @param index the interface that the device stands on, in the caller's network namespace; 0 if
   *     there is none
   * @param hasLink whether the link may go down
   */
  static LinkEvents of(int port, int index, boolean hasLink) throws DriverException {
    try {
      if (index > 0) {
        return InterfaceEvents.open(index);
      }
      return hasLink ? PolledLink.open(port) : new SteadyLink();
    } catch (LinuxException e) {
      throw new DriverException(Reason.RESOURCES, e.getMessage(), e.advice(), e);
    }
  }
}
