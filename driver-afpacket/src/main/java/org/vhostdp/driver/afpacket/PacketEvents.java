package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * What happened to the interface, from the kernel's link notifications. The link is up while the
 * interface is set up and has a carrier. The queues learn of carrier and MTU here.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class PacketEvents implements PortEvents {
  private final PacketDevice device;
  private final Gate gate;
  private final LinkMonitor monitor;
  private final Wakeup wakeup;
  private volatile boolean up;
  private volatile int mtu;
  private String name;
  private boolean ended;
  private String changed = "";
  private String detail = "";

  PacketEvents(PacketDevice device, Gate gate) throws DriverException {
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
    gate.carrier(up);
    setMtu(now.mtu());
    wakeup = new Announcements(monitor.fd().raw());
  }

  /** The MTU is about to be this by our own doing. */
  void expectMtu(int bytes) {
    setMtu(bytes);
  }

  private void setMtu(int bytes) {
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
    return event == NONE && !ended && monitor.lost() && !device.isAlive() ? ended() : event;
  }

  /** The kernel takes packet sockets off an interface that leaves its namespace, deleted or not. */
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
    if (!monitor.name().equals(name)) {
      changed = "The interface " + name + " is called " + monitor.name() + " now.";
      name = monitor.name();
    }
    if (monitor.mtu() != mtu) {
      mtuMayHaveChanged();
    }
    if (nowUp == up) {
      return changed.isEmpty() ? NONE : next();
    }
    up = nowUp;
    gate.carrier(nowUp);
    detail = "The interface " + name + (nowUp ? " came up." : " went down.");
    return nowUp ? LINK_UP : LINK_DOWN;
  }

  /** The announcement may be older than a change of our own; the interface knows. */
  private void mtuMayHaveChanged() {
    try {
      int now = device.link().mtu();
      if (now != mtu) {
        changed = (changed + " The MTU is " + now + " bytes; it was " + mtu + ".").strip();
        setMtu(now);
      }
    } catch (DriverException e) {
      // It went away meanwhile, which is an announcement of its own.
      changed = "";
    }
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
