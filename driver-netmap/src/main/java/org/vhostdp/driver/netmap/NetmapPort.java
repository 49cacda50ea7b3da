package org.vhostdp.driver.netmap;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/** An open netmap port. Control threads, one call at a time. */
final class NetmapPort implements Port {
  /** What a VALE switch understands of a virtio header. */
  private static final int OFFLOADS =
      Offload.CSUM_VALID
          | Offload.CSUM_PARTIAL
          | Offload.GSO_TCP4
          | Offload.GSO_TCP6
          | Offload.GSO_ECN;

  private static final int USUAL_MTU = 1500;
  private static final int LEAST_MTU = 68;

  private final NetmapDevice device;
  private final Claims.Claim claim;
  private final Gate gate = new Gate();
  private final Geometry geometry;
  private final Capabilities capabilities;
  private final Outgoing outgoing;

  /** Null for a port without an interface: its link is always up. */
  private final NetmapEvents events;

  private final List<NetmapTraffic> traffic = new ArrayList<>();
  private Pairs pairs;
  private PortSettings settings = PortSettings.defaults();
  private boolean started;
  private boolean closed;

  /** Takes ownership of device and claim unless it throws. */
  NetmapPort(NetmapDevice device, Claims.Claim claim) throws DriverException {
    this.device = device;
    this.claim = claim;
    geometry = device.geometry();
    capabilities = able();
    outgoing = new Outgoing(capabilities.txOffloads());
    events = device.monitor() == null ? null : new NetmapEvents(device, gate);
    if (events == null) {
      gate.mtu(Math.min(USUAL_MTU, geometry.mostMtu()));
    }
  }

  private Capabilities able() {
    int offloads = device.options().vnet() ? OFFLOADS : 0;
    int live = Capabilities.LIVE_OFFLOADS | Capabilities.LIVE_MAC | Capabilities.LIVE_MTU;
    return Capabilities.builder()
        .maxQueuePairs(device.mostPairs())
        .offloads(offloads, offloads)
        .mtu(LEAST_MTU, geometry.mostMtu())
        .frames(geometry.longest(), geometry.room(), geometry.segments())
        .lent(geometry.txLent(), geometry.rxLent())
        .live(live)
        .build();
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
    if (pairs == null || pairs.size() != next.queuePairs()) {
      rebind(next.queuePairs());
    }
    mtu(next.mtu());
    gate.offloads(next.rxOffloads());
    settings = next;
  }

  /** A port's rings are made when it is bound, so that another number means to bind it again. */
  private void rebind(int count) throws DriverException {
    int before = pairs == null ? 0 : pairs.size();
    unbind();
    try {
      pairs = make(count);
    } catch (DriverException e) {
      if (before > 0) {
        try {
          pairs = make(before);
        } catch (DriverException again) {
          e.addSuppressed(again);
        }
      }
      throw e;
    }
  }

  private void unbind() {
    if (pairs != null) {
      pairs.close();
      pairs = null;
    }
  }

  private Pairs make(int count) throws DriverException {
    while (traffic.size() < count) {
      traffic.add(new NetmapTraffic());
    }
    return Pairs.of(device, gate, traffic, outgoing, geometry, count);
  }

  private void mtu(int bytes) throws DriverException {
    if (events == null) {
      gate.mtu(bytes == 0 ? Math.min(USUAL_MTU, geometry.mostMtu()) : bytes);
    } else if (bytes != 0 && bytes != device.link().mtu()) {
      device.mtu(bytes);
      events.expectMtu(bytes);
    }
  }

  @Override
  public void start() throws DriverException {
    ensureOpen();
    if (pairs == null) {
      throw new IllegalStateException(
          "The port "
              + device.options().port()
              + " was not configured; configure it before it starts.");
    }
    if (!started) {
      pairs.start();
      started = true;
      gate.set(true, true);
    }
  }

  @Override
  public void stop() {
    if (started) {
      started = false;
      gate.set(false, false);
      pairs.stop();
    }
  }

  @Override
  public List<Region> regions() {
    return pairs == null ? List.of() : pairs.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return pair(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return pair(queue).tx();
  }

  private Pair pair(int queue) {
    if (pairs == null) {
      throw new IndexOutOfBoundsException("There is no queue " + queue + " before configure.");
    }
    return pairs.get(queue);
  }

  @Override
  public PortEvents events() {
    return events == null ? PortEvents.quiet() : events;
  }

  @Override
  public void statistics(Statistics out) {
    traffic.forEach(pair -> pair.addTo(out));
  }

  /** The id of the memory region that its frames lie in; once configured. */
  int memory() {
    return pairs.memoryId();
  }

  /** Bytes before each frame. */
  int header() {
    return geometry.header();
  }

  @Override
  public String toString() {
    return device.options().port().text();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port " + device.options().port() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    closed = true;
    unbind();
    device.close();
    claim.close();
  }
}
