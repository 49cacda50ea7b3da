package org.vhostdp.driver.tap;

import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * What happened to the interface, from the kernel's link notifications. The link is up while the
 * interface is set up and, for a macvtap, the one below it has a carrier.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class TapEvents implements PortEvents {
  private final TapDevice device;
  private final LinkMonitor monitor;
  private final Wakeup wakeup;
  private volatile boolean up;
  private volatile int mtu;
  private boolean ended;
  private String changed = "";
  private String detail = "";

  TapEvents(TapDevice device) throws DriverException {
    this.device = device;
    monitor = device.monitor();
    // What was announced so far led to the state that is read next.
    boolean old = true;
    while (old) {
      old = monitor.next();
    }
    Netlink.Link now = device.link();
    up = now.up() && now.running();
    mtu = now.mtu();
    // An error is a full socket buffer, which reading clears.
    wakeup = new TapWakeup(monitor.fd().raw(), Wakeup.READABLE, () -> {});
  }

  /** The MTU is about to be this by our own doing. */
  void expectMtu(int bytes) {
    mtu = bytes;
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

  private int ended() {
    ended = true;
    if (device.isAlive()) {
      detail =
          "The interface was moved to another network namespace: frames flow on, link changes are"
              + " no longer seen.";
      return CHANGED;
    }
    up = false;
    detail = "The interface " + device.name() + " was deleted.";
    return REMOVED;
  }

  private int compare() {
    boolean nowUp = monitor.up() && monitor.running();
    if (monitor.mtu() != mtu) {
      mtuMayHaveChanged();
    }
    if (nowUp == up) {
      return changed.isEmpty() ? NONE : next();
    }
    up = nowUp;
    detail = "The interface " + monitor.name() + (nowUp ? " came up." : " went down.");
    return nowUp ? LINK_UP : LINK_DOWN;
  }

  /** The announcement may be older than a change of our own; the interface knows. */
  private void mtuMayHaveChanged() {
    try {
      int now = device.link().mtu();
      if (now != mtu) {
        changed = "The MTU is " + now + " bytes; it was " + mtu + ".";
        mtu = now;
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
}
