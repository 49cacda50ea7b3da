package org.vhostdp.driver.mdev;

import java.util.List;
import java.util.Optional;
import org.vhostdp.driver.mdev.nic.Nic;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/** An open device and the NIC that it is. Control threads, one call at a time. */
final class MdevPort implements Port {
  private final VfioDevice device;
  private final Nic nic;
  private final MdevEvents events;
  private PortSettings settings = PortSettings.defaults();
  private boolean configured;
  private boolean started;
  private boolean closed;

  /** Takes ownership of both unless it throws. */
  MdevPort(VfioDevice device, Nic nic) throws DriverException {
    this.device = device;
    this.nic = nic;
    events = new MdevEvents(device, nic);
    nic.queues(1);
  }

  @Override
  public Capabilities capabilities() {
    return nic.capabilities();
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    ensureOpen();
    next.check(nic.capabilities());
    if (started) {
      settings.checkLive(next, nic.capabilities());
      nic.change(settings, next);
    } else if (!configured || next.queuePairs() != settings.queuePairs()) {
      nic.queues(next.queuePairs());
    }
    settings = next;
    configured = true;
  }

  @Override
  public void start() throws DriverException {
    ensureOpen();
    if (!configured) {
      throw new IllegalStateException(
          "The port on " + device.name() + " was not configured; configure it before it starts.");
    }
    if (!started) {
      events.ensureThere();
      nic.start(settings);
      events.started();
      started = true;
    }
  }

  @Override
  public void stop() {
    if (started) {
      started = false;
      nic.stop();
    }
  }

  @Override
  public List<Region> regions() {
    return nic.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return nic.rx(queue);
  }

  @Override
  public TxQueue tx(int queue) {
    return nic.tx(queue);
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    nic.statistics(out);
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    return type == Steering.class ? nic.steering().map(type::cast) : Optional.empty();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port on " + device.name() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      started = false;
      nic.close();
      events.close();
      device.close();
    }
  }
}
