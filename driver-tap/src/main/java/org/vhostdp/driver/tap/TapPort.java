package org.vhostdp.driver.tap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.Change;
import org.vhostdp.netdevice.Claims;
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
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/** An open TAP or macvtap device. Control threads, one call at a time. */
final class TapPort implements Port {
  /** Id of the only own region: the frames of all queues. */
  static final int OWN_REGION = 0;

  /** Greatest MTU of a TAP: 65535 less the Ethernet header. */
  private static final int MOST_MTU = 65521;

  private final TapDevice device;
  private final Claims.Claim claim;
  private final TapRings rings;
  private final Host host;
  private final Capabilities capabilities;
  private final TapEvents events;
  private final TapForeign foreign = new TapForeign();
  private final TapSteering steering;
  private final List<TapTraffic> traffic = new ArrayList<>();
  private TapQueues queues;
  private PortSettings settings = PortSettings.defaults();
  private boolean configured;
  private boolean started;
  private boolean closed;

  /** Takes ownership of device and claim unless it throws. */
  TapPort(TapDevice device, Claims.Claim claim, TapRings rings, Host host) throws DriverException {
    this.device = device;
    this.claim = claim;
    this.rings = rings;
    this.host = host;
    capabilities = capabilities(device);
    events = new TapEvents(device);
    steering = device.isMacvtap() ? null : new TapSteering(device);
    queues = queues(1);
  }

  private static Capabilities capabilities(TapDevice device) {
    Capabilities.Builder builder =
        Capabilities.builder()
            .maxQueuePairs(device.mostQueues())
            .offloads(TunOffload.transmit(device.hasUso()), TunOffload.receive(device.hasUso()))
            .mtu(68, MOST_MTU)
            .frames(TapGather.LONGEST, TapFrames.ROOM, TapScratch.MOST_SEGMENTS)
            .lent(TapFrames.COUNT, TapFrames.COUNT)
            .features(
                Capabilities.UNDOES_RX
                    | Capabilities.FOREIGN_TX
                    | Capabilities.FOREIGN_TX_SYNCHRONOUS
                    | Capabilities.FOREIGN_RX)
            .live(Capabilities.LIVE_OFFLOADS | Capabilities.LIVE_MTU | Capabilities.LIVE_MAC);
    if (device.isMultiQueue()) {
      builder.features(Capabilities.QUEUE_TOGGLE).live(Capabilities.LIVE_QUEUES);
    }
    return builder.build();
  }

  private TapQueues queues(int count) throws DriverException {
    while (traffic.size() < count) {
      traffic.add(new TapTraffic());
    }
    return TapQueues.of(device, count, foreign, traffic, capabilities.txOffloads(), rings);
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
    Change change = new Change();
    try {
      TapQueues made = resize(next, change);
      apply(next, change);
      commit(next, made);
    } catch (DriverException | RuntimeException e) {
      change.revert(e);
      throw e;
    }
  }

  /** Opens queues that are missing; returns what is to be used from now on. */
  private TapQueues resize(PortSettings next, Change change) throws DriverException {
    int before = device.queues();
    if (next.queuePairs() == before) {
      return queues;
    }
    if (next.queuePairs() > before) {
      device.resize(next.queuePairs());
      change.undo(() -> device.resize(before));
    }
    TapQueues made = queues(next.queuePairs());
    change.undo(made::close);
    return made;
  }

  private void apply(PortSettings next, Change change) throws DriverException {
    Netlink.Link link = device.link();
    if (next.mtu() != 0 && next.mtu() != link.mtu()) {
      mtu(next.mtu());
      change.undo(() -> mtu(link.mtu()));
    }
    if (next.mac() != null) {
      mac(next.mac(), link, change);
    }
    device.offload(TunOffload.bits(next.rxOffloads()));
    change.undo(() -> device.offload(TunOffload.bits(settings.rxOffloads())));
    if (started) {
      activate(next.activeQueuePairs(), change);
    }
  }

  private void mtu(int bytes) throws DriverException {
    events.expectMtu(bytes);
    device.mtu(bytes);
  }

  /**
   * The station behind the port. A macvtap hands over the frames of its own address only, so that
   * must be the station's. A TAP hands over everything; its interface is the station's neighbour
   * and must keep an address of its own.
   */
  private void mac(byte[] mac, Netlink.Link link, Change change) throws DriverException {
    if (!device.isMacvtap()) {
      if (Arrays.equals(mac, link.mac())) {
        host.log(
            System.Logger.Level.WARNING,
            "The interface "
                + device.name()
                + " has the same MAC address as the station behind it; give one of them another.");
      }
    } else if (!Arrays.equals(mac, link.mac())) {
      device.mac(mac);
      change.undo(() -> device.mac(link.mac()));
    }
  }

  private void activate(int active, Change change) throws DriverException {
    int before = settings.activeQueuePairs();
    change.undo(() -> attach(before));
    attach(active);
  }

  /** Attaches the first pairs to the interface and detaches the others. */
  private void attach(int active) throws DriverException {
    for (int i = 0; i < queues.pairs().size(); i++) {
      if (i < active) {
        device.attach(i);
      } else {
        device.detach(i);
      }
    }
    for (int i = 0; i < queues.pairs().size(); i++) {
      queues.pairs().get(i).gate().set(true, i < active);
    }
  }

  private void commit(PortSettings next, TapQueues made) throws DriverException {
    if (made != queues) {
      queues.close();
      queues = made;
      // Closing what is left over cannot fail.
      device.resize(next.queuePairs());
    }
    queues.offloads(next.rxOffloads());
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
    if (started) {
      return;
    }
    if (!device.isAlive()) {
      throw new DriverException(
          Reason.DEVICE,
          "The interface " + device.name() + " was deleted.",
          "Close the port and open it again.");
    }
    queues.pairs().forEach(TapQueuePair::reset);
    queues.offloads(settings.rxOffloads());
    try {
      attach(settings.activeQueuePairs());
      started = true;
    } catch (DriverException e) {
      silence();
      throw e;
    }
  }

  @Override
  public void stop() {
    if (started) {
      started = false;
      silence();
    }
  }

  private void silence() {
    for (TapQueuePair pair : queues.pairs()) {
      pair.gate().set(false, false);
    }
    for (int i = 0; i < device.queues(); i++) {
      try {
        device.detach(i);
      } catch (DriverException e) {
        // A deleted interface is silent already. Otherwise frames may queue up, but start drains.
        if (device.isAlive()) {
          host.log(System.Logger.Level.WARNING, e.getMessage());
        }
      }
    }
  }

  @Override
  public List<Region> regions() {
    return queues.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return queues.pairs().get(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return queues.pairs().get(queue).tx();
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    traffic.forEach(pair -> pair.addTo(out));
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    if (type == Steering.class) {
      return Optional.ofNullable(steering).map(type::cast);
    }
    return type == ForeignMemory.class ? Optional.of(type.cast(foreign)) : Optional.empty();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port on " + device.name() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    closed = true;
    if (steering != null) {
      steering.close(host);
    }
    queues.close();
    device.close();
    claim.close();
  }
}
