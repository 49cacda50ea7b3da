package org.vhostdp.driver.netmap;

import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * What happened to the interface behind a port, from the kernel's link notifications. Threads: one
 * control thread.
 */
final class NetmapEvents implements PortEvents {
  private final NetmapDevice device;
  private final Gate gate;
  private final LinkMonitor monitor;
  private final Wakeup wakeup;
  private volatile boolean up;
  private int mtu;
  private String name;
  private boolean ended;
  private String changed = "";
  private String detail = "";

  NetmapEvents(NetmapDevice device, Gate gate) throws DriverException {
    this.device = device;
    this.gate = gate;
    monitor = device.monitor();
    // What was announced so far led to the state that is read next.
    boolean old = true;
    while (old) {
      old = monitor.next();
    }
    Netlink.Link now = device.link();
    name = now.name();
    up = now.up() && now.running();
    mtu = now.mtu();
    gate.carrier(up);
    gate.mtu(mtu);
    wakeup = new Announcements(monitor.fd().raw());
  }

  /** The MTU is about to be this by our own doing. */
  void expectMtu(int bytes) {
    mtu = bytes;
    gate.mtu(bytes);
  }

  @Override
  public int next() {
    if (!changed.isEmpty()) {
      detail = changed;
      changed = "";
      return CHANGED;
    }
    int event = NONE;
    while (event == NONE && !ended && monitor.next()) {
      if (monitor.index() == device.index()) {
        event = monitor.deleted() ? ended() : compare();
      }
    }
    // Of announcements that were lost, the deletion is the one that nothing repeats.
    return event == NONE && !ended && monitor.lost() && !isAlive() ? ended() : event;
  }

  private boolean isAlive() {
    try {
      return device.link().index() == device.index();
    } catch (DriverException e) {
      return e.reason() != DriverException.Reason.DEVICE;
    }
  }

  private int ended() {
    ended = true;
    up = false;
    gate.carrier(false);
    gate.vanish();
    detail = "The interface " + name + " was deleted, or moved to another network namespace.";
    return REMOVED;
  }

  private int compare() {
    boolean nowUp = monitor.up() && monitor.running();
    name = monitor.name();
    if (monitor.mtu() != mtu) {
      changed = "The MTU of " + name + " is " + monitor.mtu() + " bytes; it was " + mtu + ".";
      expectMtu(monitor.mtu());
    }
    if (nowUp == up) {
      return changed.isEmpty() ? NONE : next();
    }
    up = nowUp;
    gate.carrier(nowUp);
    detail = "The interface " + name + (nowUp ? " came up." : " went down.");
    return nowUp ? LINK_UP : LINK_DOWN;
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

  /** The descriptor of the announcements, which the kernel makes ready and unready by itself. */
  private static final class Announcements implements Wakeup {
    private final int fd;
    private final Poll poll = new Poll(1);

    Announcements(int fd) {
      this.fd = fd;
      poll.set(0, fd, READABLE);
    }

    @Override
    public int fd() {
      return fd;
    }

    @Override
    public boolean arm() {
      try {
        poll.await(0);
      } catch (LinuxException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
      // An error is a full socket buffer, which reading clears.
      return (poll.ready(0) & (READABLE | Poll.ERR)) != 0;
    }
  }
}
