package org.vhostdp.driver.mdev;

import org.vhostdp.driver.mdev.nic.Nic;
import org.vhostdp.driver.mdev.vfio.DeviceEvent;
import org.vhostdp.driver.mdev.vfio.DmaFaults;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * What happened to the device: its own news, and the NIC's link and faults.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class MdevEvents implements PortEvents, AutoCloseable {
  private final VfioDevice device;
  private final Nic nic;
  private final DmaFaults stopped;
  private final Epoll epoll;
  private final Wakeup wakeup = new News();
  private volatile boolean up;
  private boolean gone;
  private boolean faultTold;
  private String detail = "";

  MdevEvents(VfioDevice device, Nic nic) throws DriverException {
    this.device = device;
    this.nic = nic;
    up = nic.linkUp();
    Epoll made = null;
    try {
      made = Epoll.create(2);
      for (int fd : new int[] {device.eventFd(), nic.eventFd()}) {
        if (fd >= 0) {
          made.add(fd, Epoll.IN, fd);
        }
      }
    } catch (LinuxException e) {
      if (made != null) {
        made.close();
      }
      throw new DriverException(Reason.RESOURCES, e.getMessage(), "", e);
    }
    epoll = made;
    stopped = DmaFaults.of(device.name());
  }

  /** A start has mended what was wrong; the link may have changed meanwhile, which is told. */
  void started() {
    faultTold = false;
  }

  /**
   * Refuses to start a device that is gone.
   *
   * @throws DriverException if it was removed
   */
  void ensureThere() throws DriverException {
    if (gone) {
      throw new DriverException(
          Reason.DEVICE,
          "The device " + device.name() + " was removed.",
          "Close the port, and open it again when the device is back.");
    }
  }

  @Override
  public int next() {
    if (gone) {
      return NONE;
    }
    DeviceEvent event = device.next();
    if (event == DeviceEvent.REQUESTED || event == DeviceEvent.LOST) {
      return removed();
    }
    if (event == DeviceEvent.ERROR) {
      detail = device.detail();
      return FAULT;
    }
    String fault = faultTold ? null : fault();
    if (fault != null) {
      faultTold = true;
      detail = fault;
      return FAULT;
    }
    return compare();
  }

  /** What the NIC says, and what the IOMMU has to say about it; null if neither says anything. */
  private String fault() {
    String said = nic.fault();
    String transfer = stopped.next();
    if (said == null || transfer == null) {
      return said == null ? transfer : said;
    }
    return said + " " + transfer;
  }

  private int removed() {
    gone = true;
    up = false;
    detail = device.detail();
    nic.vanish();
    return REMOVED;
  }

  private int compare() {
    boolean now = nic.linkUp();
    if (now == up) {
      return NONE;
    }
    up = now;
    detail = "The link of the device " + device.name() + (now ? " came up." : " went down.");
    return now ? LINK_UP : LINK_DOWN;
  }

  @Override
  public String detail() {
    return detail;
  }

  @Override
  public boolean linkUp() {
    return up;
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    stopped.close();
    epoll.close();
  }

  /** Watches what the device and the NIC signal. */
  private final class News implements Wakeup {
    @Override
    public int fd() {
      return epoll.fd().raw();
    }

    @Override
    public boolean arm() {
      if (gone) {
        return false;
      }
      // Taken back before the look: what changes after it signals anew.
      nic.heard();
      return nic.linkUp() != up || !faultTold && nic.fault() != null || epoll.await(0) > 0;
    }
  }
}
