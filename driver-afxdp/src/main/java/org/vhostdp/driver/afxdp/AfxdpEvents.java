package org.vhostdp.driver.afxdp;

import java.util.function.IntConsumer;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * What happened to the interface, from the kernel's link notifications. The link is up while the
 * interface is set up and has a carrier. An interface that moves to another namespace takes its
 * sockets' queues away, as one that is deleted.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class AfxdpEvents implements PortEvents {
  private final AfxdpInterface device;
  private final LinkMonitor monitor;
  private final Wakeup wakeup;
  private final IntConsumer onMtu;
  private volatile boolean up;
  private volatile int mtu;
  private String name;
  private boolean ended;
  private String changed = "";
  private String detail = "";

  /**
   * @param onMtu is told the MTU when it has changed from outside
   */
  AfxdpEvents(AfxdpInterface device, IntConsumer onMtu) throws DriverException {
    this.device = device;
    this.onMtu = onMtu;
    monitor = device.monitor();
    // What was announced so far led to the state that is read next.
    boolean old = true;
    while (old) {
      old = monitor.next();
    }
    Netlink.Link now = device.link();
    up = now.up() && now.running();
    mtu = now.mtu();
    name = now.name();
    // An error is a full socket buffer, which reading clears.
    wakeup = new AfxdpWakeup(monitor.fd().raw(), Wakeup.READABLE, () -> {});
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
    up = false;
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
    detail = "The interface " + name + (nowUp ? " came up." : " went down.");
    return nowUp ? LINK_UP : LINK_DOWN;
  }

  /** The announcement may be older than a change of our own; the interface knows. */
  private void mtuMayHaveChanged() {
    try {
      int now = device.link().mtu();
      if (now != mtu) {
        changed = (changed + " The MTU is " + now + " bytes; it was " + mtu + ".").strip();
        mtu = now;
        onMtu.accept(now);
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
