package org.vhostdp.dataplane.frontend.vhostuser;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.vhostdp.dataplane.events.PortState;
import org.vhostdp.dataplane.events.PortState.Change;
import org.vhostdp.dataplane.port.DriverSource;
import org.vhostdp.dataplane.port.NetDevice;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.port.SwapReport;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * A device's driver over time: it fails and comes again, or is changed for another. The device has
 * no link while it has no driver. Control thread, except where said.
 */
final class DriverLink {
  private static final Logger LOG = System.getLogger(DriverLink.class.getName());

  private final NetDevice device;
  private final Retry retry = new Retry();
  private volatile DriverSource source;
  private volatile Port driver;
  private volatile String why;

  /**
   * @param source where the driver came from and is opened again; null: it is not
   * @param driver what the device uses now
   */
  DriverLink(NetDevice device, DriverSource source, Port driver) {
    this.device = device;
    this.source = source;
    this.driver = driver;
  }

  /** The driver's port, or null while there is none. Any thread. */
  Port driver() {
    return driver;
  }

  /** The section that it comes from, or an empty text. Any thread. */
  String section() {
    DriverSource now = source;
    return now == null ? "" : now.section();
  }

  /** Id of the driver, or an empty text. Any thread. */
  String type() {
    DriverSource now = source;
    return now == null ? "" : now.type();
  }

  /** "up", or what is being waited for. Any thread. */
  String state() {
    String now = why;
    return now == null ? "up" : "retrying: " + now;
  }

  /** What tells of the device's events. */
  Wakeup wakeup() {
    Port now = driver;
    return now == null ? Wakeup.polled() : now.events().wakeup();
  }

  /** Milliseconds until {@link #attempt} is due; -1: never. */
  int waitMillis() {
    return retry.millis(System.nanoTime());
  }

  /** Takes the device's events; whether the link changed. */
  boolean takeEvents() {
    Port now = driver;
    if (now == null) {
      return false;
    }
    PortEvents events = now.events();
    boolean changed = false;
    int event;
    while ((event = events.next()) != PortEvents.NONE) {
      LOG.log(Level.INFO, "{0}: {1}", device.spec().id(), events.detail());
      if (event == PortEvents.REMOVED || event == PortEvents.FAULT) {
        // A link that went down just before is a change as well: the guest has not been told yet.
        return lost(events.detail()) || changed;
      }
      changed |= link(events.linkUp());
    }
    return changed;
  }

  private boolean link(boolean up) {
    boolean changed = device.link(up);
    if (changed) {
      PortState.commit(device.spec().id(), up ? Change.LINK_UP : Change.LINK_DOWN, section());
    }
    return changed;
  }

  /** The driver is of no more use; whether the link changed. */
  boolean lost(String reason) {
    if (driver == null) {
      return false;
    }
    LOG.log(Level.WARNING, "{0}: the driver is lost: {1}", device.spec().id(), reason);
    PortState.commit(device.spec().id(), Change.FAILED, reason);
    driver = null;
    why = reason;
    boolean changed = link(false);
    try {
      device.changes().lost();
    } catch (Refusal | RuntimeException e) {
      LOG.log(Level.WARNING, "{0}: {1}", device.spec().id(), e.getMessage());
    }
    if (source != null) {
      retry.later(System.nanoTime());
    }
    return changed;
  }

  /** Opens the driver again if that is due; whether the link changed. */
  boolean attempt() {
    if (driver != null || !retry.due(System.nanoTime())) {
      return false;
    }
    Port opened = null;
    try {
      opened = source.open();
      device.changes().found(opened);
    } catch (DriverException | Refusal | RuntimeException e) {
      why = e.getMessage();
      LOG.log(Level.DEBUG, "{0}: not again yet: {1}", device.spec().id(), why);
      if (opened != null) {
        opened.close();
      }
      retry.later(System.nanoTime());
      return false;
    }
    LOG.log(Level.INFO, "{0}: the driver is there again", device.spec().id());
    PortState.commit(device.spec().id(), Change.RETRIED, section());
    retry.done();
    why = null;
    driver = opened;
    return link(opened.events().linkUp());
  }

  /**
   * Changes the driver for another.
   *
   * @throws Refusal if the other one cannot be opened or used; then nothing has changed
   */
  SwapReport swap(DriverSource next) throws Refusal {
    String from = section();
    Port opened;
    try {
      opened = next.open();
    } catch (DriverException | RuntimeException e) {
      throw new Refusal("the driver " + next.section() + " does not open: " + e.getMessage(), e);
    }
    long before = device.dropped();
    long outage = device.changes().swap(opened);
    driver = opened;
    source = next;
    retry.done();
    why = null;
    link(opened.events().linkUp());
    PortState.commit(device.spec().id(), Change.SWAPPED, from + " to " + next.section());
    return new SwapReport(from, next.section(), outage, device.dropped() - before);
  }
}
