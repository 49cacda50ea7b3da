package org.vhostdp.driver.loopback;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/**
 * One port of the reference driver. Its queues are made by {@link #configure}; memory and
 * descriptors are taken at start and released at stop.
 */
final class LoopbackPort implements Port {
  /** The id of the port's only region. */
  static final int REGION = 0;

  private final LoopbackOptions options;
  private final Host host;
  private final WireEnd end;
  private final Wire wire;
  private final Capabilities can;
  private final ForeignTable foreign;
  private final RssSteering steering;
  private final WireShaping shaping;
  private final PortCounters counters;

  /** Null until configured. */
  private PortSettings settings;

  private PortQueues queues;
  private Spread spread;

  /** Null while stopped. */
  private Mapping memory;

  private boolean closed;

  /**
   * @param end attached to the wire already
   */
  LoopbackPort(LoopbackOptions options, Host host, WireEnd end, Wire wire) {
    this.options = options;
    this.host = host;
    this.end = end;
    this.wire = wire;
    can = options.capabilities();
    foreign = options.foreign() ? new ForeignTable() : null;
    steering = options.steering() && options.mode().carries() ? new RssSteering(this) : null;
    shaping = new WireShaping(this, options.queues());
    counters = new PortCounters(options.queues());
  }

  /** A failed system call as what the SPI throws. */
  static DriverException failure(LinuxException e) {
    boolean scarce =
        switch (e.errno()) {
          case Errno.ENOMEM, Errno.EMFILE, Errno.ENFILE -> true;
          default -> false;
        };
    String message = new LinuxException(e.call(), e.object(), e.errno(), "").getMessage();
    return new DriverException(scarce ? Reason.RESOURCES : Reason.DEVICE, message, e.advice(), e);
  }

  @Override
  public Capabilities capabilities() {
    return can;
  }

  @Override
  public synchronized void configure(PortSettings next) throws DriverException {
    requireOpen();
    next.check(can);
    if (memory == null) {
      queues = new PortQueues(options, next.queuePairs(), end, foreign, counters, shaping);
    } else {
      settings.checkLive(next, can);
    }
    settings = next;
    if (memory != null) {
      queues.apply(next, mtu());
      // Frames on their way still follow the former settings; when this returns, none is.
      wire.settle(end);
    }
  }

  @Override
  public synchronized void start() throws DriverException {
    requireOpen();
    if (memory != null) {
      return;
    }
    if (end.removed()) {
      throw new DriverException(
          Reason.DEVICE, "The wire was removed.", "Close the port and open it again.");
    }
    if (settings == null) {
      throw new DriverException(
          Reason.CONFIGURATION, "The port was not configured.", "Configure it before it starts.");
    }
    try {
      memory = Mapping.anonymous(queues.memoryBytes());
      queues.begin(memory.segment(), can, settings, mtu(), spread);
    } catch (LinuxException e) {
      release();
      throw failure(e);
    }
    if (options.mode().carries()) {
      queues.attach(wire, end);
    }
  }

  @Override
  public synchronized void stop() {
    if (memory == null) {
      return;
    }
    // The other end's threads may be in our memory; when this returns, they are not.
    wire.stop(end);
    int lent = release();
    if (lent != 0) {
      host.log(
          System.Logger.Level.WARNING,
          "A loopback port was stopped while " + lent + " of its frames were still lent.");
    }
  }

  private int release() {
    int lent = queues.end();
    if (memory != null) {
      memory.close();
      memory = null;
    }
    return lent;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      stop();
      closed = true;
      wire.leave(end);
      end.events().close();
    }
  }

  private void requireOpen() throws DriverException {
    if (closed) {
      throw new DriverException(
          Reason.UNSUPPORTED, "The port is closed.", "Open another with the driver.");
    }
  }

  private int mtu() {
    return settings.mtu() == 0 ? options.mtu() : settings.mtu();
  }

  @Override
  public synchronized List<Region> regions() {
    return memory == null ? List.of() : List.of(new Region(memory.segment()));
  }

  @Override
  public RxQueue rx(int queue) {
    return made(queue).rx(queue);
  }

  @Override
  public TxQueue tx(int queue) {
    return made(queue).tx(queue);
  }

  private synchronized PortQueues made(int queue) {
    Objects.checkIndex(queue, queuePairs());
    return queues;
  }

  synchronized int queuePairs() {
    return settings == null ? 0 : settings.queuePairs();
  }

  @Override
  public PortEvents events() {
    return end.events();
  }

  @Override
  public void statistics(Statistics out) {
    counters.addTo(out, options.mode());
  }

  /** How arriving flows are spread from now on; null: not. */
  synchronized void spread(Spread now) {
    spread = now;
    if (memory != null) {
      queues.spread(now);
      wire.settle(end);
    }
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    if (type == ForeignMemory.class && foreign != null) {
      return Optional.of(type.cast(foreign));
    }
    if (type == Steering.class && steering != null) {
      return Optional.of(type.cast(steering));
    }
    if (type == Shaping.class && options.shaping() && options.mode().carries()) {
      return Optional.of(type.cast(shaping));
    }
    return Optional.empty();
  }
}
