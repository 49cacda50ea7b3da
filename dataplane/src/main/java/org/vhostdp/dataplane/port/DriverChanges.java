package org.vhostdp.dataplane.port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.events.ControlChange;
import org.vhostdp.dataplane.events.ControlChange.Kind;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/**
 * Changes of what is behind a device's rings while its guest runs: another driver, the loss of one,
 * other services. Rings are detached, with an acknowledgement of their IO threads, and attached
 * again; the guest sees nothing of it. The port's control thread.
 */
public final class DriverChanges {
  private static final Logger LOG = System.getLogger(DriverChanges.class.getName());

  private final DriverSide driver;
  private final RunningRings running;
  private final RingAttachment rings;
  private final MemoryTable memory;

  DriverChanges(DriverSide driver, RunningRings running, RingAttachment rings, MemoryTable memory) {
    this.driver = driver;
    this.running = running;
    this.rings = rings;
    this.memory = memory;
  }

  /** Other limits, at once. */
  public void qos(QosSpec next) throws Refusal {
    driver.qos(next);
    ControlChange.commit(driver.spec().id(), Kind.QOS, next.toString());
    running.refresh();
  }

  /** Copies frames there from now on; null ends that. */
  public void capture(CaptureWriter to) throws Refusal {
    driver.capture(to);
    ControlChange.commit(driver.spec().id(), Kind.CAPTURE, to == null ? "off" : "on");
    running.refresh();
  }

  /**
   * The driver failed: no ring uses it any more. It is closed when it has returned from its last
   * call, which may be never; so long it keeps the memory that it was lent.
   */
  public void lost() throws Refusal {
    try {
      running.detachData();
    } finally {
      Runnable closing = driver.lose();
      memory.hold(rings.abandoned().handle((done, failure) -> close(closing)));
      rings.arrange(false);
    }
  }

  private Void close(Runnable closing) {
    try {
      closing.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, driver.spec().id() + ": the lost driver does not close", e);
    }
    return null;
  }

  /** A driver again: rings run as the guest left them. */
  public void found(Port port) throws Refusal, DriverException {
    driver.found(port);
    try {
      running.refresh();
    } catch (Refusal e) {
      lost();
      throw e;
    }
  }

  /**
   * Moves to another driver while the guest runs. Nothing that it can see changes.
   *
   * @param port open; owned from here on
   * @return nanoseconds without a ring that runs
   * @throws Refusal if the new driver cannot be used; the old one goes on
   */
  public long swap(Port port) throws Refusal {
    BackEnd next;
    try {
      next = driver.prepare(port);
    } catch (DriverException | RuntimeException e) {
      port.close();
      throw new Refusal("the new driver refuses: " + e.getMessage(), e);
    }
    long begin = System.nanoTime();
    try {
      running.detachData();
    } catch (Refusal e) {
      next.close();
      throw e;
    }
    BackEnd old = driver.replace(next);
    try {
      running.refresh();
    } catch (Refusal e) {
      running.detachData();
      if (old == null) {
        driver.lose().run();
        throw e;
      }
      driver.replace(old);
      next.close();
      running.refresh();
      throw new Refusal(e.getMessage() + "; the former driver goes on", e);
    }
    long outage = System.nanoTime() - begin;
    if (old != null) {
      old.close();
    }
    return outage;
  }
}
