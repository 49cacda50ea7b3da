package org.vhostdp.driver.dpdk.feature;

import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Wakeup;

/**
 * The interface that a device stands on (net_tap, net_af_packet), as the kernel announces it: these
 * devices themselves take no notice of its going down, or at all.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class InterfaceEvents implements LinkEvents {
  private final int index;
  private final LinkMonitor monitor;
  private final Netlink netlink;
  private final Wakeup wakeup;
  private volatile boolean up;
  private boolean removed;
  private int mtu;
  private String name;
  private String changed = "";
  private String detail = "";

  private InterfaceEvents(int index, LinkMonitor monitor, Netlink netlink) throws LinuxException {
    this.index = index;
    this.monitor = monitor;
    this.netlink = netlink;
    Netlink.Link now = find();
    removed = now == null;
    up = now != null && now.up() && now.running();
    mtu = now == null ? 0 : now.mtu();
    name = now == null ? "number " + index : now.name();
    wakeup = new MonitorWakeup(monitor);
  }

  /** Watches an interface of the caller's network namespace. */
  static InterfaceEvents open(int index) throws LinuxException {
    // The monitor first: what happens after the first look is announced.
    LinkMonitor monitor = LinkMonitor.open();
    Netlink netlink = null;
    try {
      netlink = Netlink.open();
      return new InterfaceEvents(index, monitor, netlink);
    } catch (LinuxException e) {
      monitor.close();
      if (netlink != null) {
        netlink.close();
      }
      throw e;
    }
  }

  private Netlink.Link find() throws LinuxException {
    for (Netlink.Link link : netlink.links()) {
      if (link.index() == index) {
        return link;
      }
    }
    return null;
  }

  @Override
  public int next() {
    if (!changed.isEmpty()) {
      detail = changed;
      changed = "";
      return CHANGED;
    }
    int event = NONE;
    while (event == NONE && !removed && monitor.next()) {
      if (monitor.index() == index) {
        event = monitor.deleted() ? gone() : compare();
      }
    }
    return event == NONE && !removed && monitor.lost() && !exists() ? gone() : event;
  }

  /** Of announcements that were lost, the deletion is the one that nothing repeats. */
  private boolean exists() {
    try {
      return find() != null;
    } catch (LinuxException e) {
      return true;
    }
  }

  private int gone() {
    removed = true;
    up = false;
    detail = "The interface " + name + " is gone from its network namespace.";
    return REMOVED;
  }

  private int compare() {
    boolean nowUp = monitor.up() && monitor.running();
    if (!monitor.name().equals(name)) {
      changed = "The interface " + name + " is called " + monitor.name() + " now.";
      name = monitor.name();
    } else if (monitor.mtu() != mtu) {
      changed = "The MTU is " + monitor.mtu() + " bytes; it was " + mtu + ".";
      mtu = monitor.mtu();
    }
    if (nowUp == up) {
      return changed.isEmpty() ? NONE : next();
    }
    up = nowUp;
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

  @Override
  public void close() {
    monitor.close();
    netlink.close();
  }

  /** The monitor's descriptor. */
  private static final class MonitorWakeup implements Wakeup {
    private final LinkMonitor monitor;
    private final Poll poll = new Poll(1);

    MonitorWakeup(LinkMonitor monitor) {
      this.monitor = monitor;
      poll.set(0, monitor.fd().raw(), READABLE);
    }

    @Override
    public int fd() {
      return monitor.fd().raw();
    }

    @Override
    public boolean arm() {
      try {
        return poll.await(0) > 0;
      } catch (LinuxException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }
  }
}
