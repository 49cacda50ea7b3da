package org.vhostdp.driver.dpdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vhostdp.driver.dpdk.feature.FlowRules;
import org.vhostdp.driver.dpdk.feature.PortFeatures;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/** An open ethdev. Control threads, one call at a time. */
final class DpdkPort implements Port {
  private final DpdkEthdev device;
  private final DpdkOptions options;
  private final MbufPool pool;
  private final MbufShare share;
  private final Capabilities capabilities;
  private final PortFeatures features;
  private final PortEvents events;
  private final Optional<Steering> steering;
  private final Optional<Shaping> shaping;
  private final List<DpdkTraffic> traffic = new ArrayList<>();
  private final List<DpdkQueuePair> pairs = new ArrayList<>();
  private PortSettings settings = PortSettings.defaults();
  private FlowRules flows;
  private boolean configured;
  private boolean started;

  /** Whether the queues are joined to the device, which a memif without a peer is not yet. */
  private boolean flowing;

  private DpdkStart connecting;
  private boolean closed;

  /** Takes ownership of the device unless it throws. */
  DpdkPort(DpdkEthdev device, DpdkOptions options, MbufPool pool) throws DriverException {
    this.device = device;
    this.options = options;
    this.pool = pool;
    share = new MbufShare(pool, options.descriptors());
    features = PortFeatures.of(device.port(), device.info());
    capabilities = new DpdkAbilities(device, options, features).capabilities(share.most());
    events =
        device.isMemifClient()
            ? new MemifEvents(features.events(), this::connect)
            : features.events();
    steering = features.steering(capabilities.maxQueuePairs());
    shaping = features.shaping(capabilities.maxQueuePairs());
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    ensureOpen();
    next.check(capabilities);
    if (started) {
      settings.checkLive(next, capabilities);
    }
    if (next.queuePairs() != pairs.size()) {
      share.resize(next.queuePairs());
      resize(next.queuePairs());
    }
    settings = next;
    configured = true;
  }

  private void resize(int queuePairs) {
    pairs.forEach(DpdkQueuePair::close);
    pairs.clear();
    while (traffic.size() < queuePairs) {
      traffic.add(new DpdkTraffic());
    }
    MbufChains.Limits limits =
        new MbufChains.Limits(
            capabilities.maxFrame(), capabilities.maxSegments(), features.txAllowed());
    for (int i = 0; i < queuePairs; i++) {
      pairs.add(new DpdkQueuePair(i, pool, traffic.get(i), limits));
    }
  }

  @Override
  public void start() throws DriverException {
    ensureOpen();
    if (!configured) {
      throw new IllegalStateException(
          "The port " + device.name() + " was not configured; configure it before it starts.");
    }
    if (started) {
      return;
    }
    DpdkStart start = new DpdkStart(device, options, features, pool);
    boolean ready;
    synchronized (device) {
      ready = start.start(settings);
    }
    try {
      features.started();
      flows = FlowRules.apply(device.port(), options.flow());
    } catch (DriverException e) {
      features.stopped();
      device.stop();
      throw e;
    }
    synchronized (device) {
      connecting = start;
      if (ready) {
        flow();
      }
      started = true;
    }
  }

  /** Lets frames flow through the device, which is started. */
  private void flow() {
    for (DpdkQueuePair pair : pairs) {
      pair.open(device.port(), settings.rxOffloads(), device.keepsFrames());
      if (device.isMemifClient()) {
        pair.pause();
        pair.prime();
        pair.resume();
      }
    }
    flowing = true;
  }

  /** Tries to reach the peer of a started port; on the thread that looks for events. */
  private boolean connect() {
    synchronized (device) {
      if (!started) {
        return false;
      }
      // The link is down: a burst that goes on has found that out long before a peer answers.
      pairs.forEach(DpdkQueuePair::pause);
      boolean there = connects();
      if (there && flowing) {
        pairs.forEach(DpdkQueuePair::prime);
      } else if (there) {
        flow();
      }
      if (flowing) {
        pairs.forEach(DpdkQueuePair::resume);
      }
      return there;
    }
  }

  private boolean connects() {
    try {
      return connecting.connect();
    } catch (DriverException e) {
      // As with a peer that is away, there is a next time.
      return false;
    }
  }

  @Override
  public void stop() {
    synchronized (device) {
      if (started) {
        started = false;
        flowing = false;
        pairs.forEach(DpdkQueuePair::shut);
        flows.close();
        features.stopped();
        device.stop();
      }
    }
  }

  @Override
  public List<Region> regions() {
    return pool.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return pairs.get(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return pairs.get(queue).tx();
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    traffic.forEach(pair -> pair.addTo(out));
    if (!closed) {
      features.statistics(out);
    }
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    if (type == Steering.class) {
      return steering.map(type::cast);
    }
    return type == Shaping.class ? shaping.map(type::cast) : Optional.empty();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port " + device.name() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    closed = true;
    pairs.forEach(DpdkQueuePair::close);
    share.close();
    features.close();
    device.close();
  }
}
