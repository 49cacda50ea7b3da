package org.vhostdp.driver.mdev.nic;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.vfio.Interrupt;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The message signalled interrupts (MSI-X) of a device from start to stop: vector 0 tells of
 * changes, the others of work on queues, each with an eventfd of its own. Control threads.
 */
public final class QueueEvents implements AutoCloseable {
  private final VfioDevice device;
  private final List<EventFd> events = new ArrayList<>();
  private int vectors;

  public QueueEvents(VfioDevice device) {
    this.device = device;
  }

  /**
   * Enables as many vectors as the device has.
   *
   * @param changes signalled by vector 0; its owner's
   * @param queues vectors wanted beside it
   * @throws DriverException if the kernel refuses; close it then
   */
  public void enable(EventFd changes, int queues) throws DriverException {
    vectors = Math.min(1 + queues, device.interrupts(Interrupt.MSIX));
    if (vectors == 0) {
      return;
    }
    int[] fds = new int[vectors];
    fds[0] = changes.fd().raw();
    try {
      for (int i = 1; i < vectors; i++) {
        events.add(EventFd.create());
        fds[i] = events.getLast().fd().raw();
      }
    } catch (LinuxException e) {
      throw new DriverException(Reason.RESOURCES, e.getMessage(), "", e);
    }
    device.enable(Interrupt.MSIX, fds);
  }

  /** How many vectors there are, that of changes too; 0 if the device has none. */
  public int vectors() {
    return vectors;
  }

  /** Signalled by a vector from 1 on; null if there is no such vector. */
  public EventFd event(int vector) {
    return vector < vectors ? events.get(vector - 1) : null;
  }

  /** Disables all; again does nothing. */
  @Override
  public void close() {
    try {
      device.disable(Interrupt.MSIX);
    } catch (DriverException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    events.forEach(EventFd::close);
    events.clear();
    vectors = 0;
  }
}
