package org.vhostdp.dataplane.port;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.capture.CapturingRx;
import org.vhostdp.dataplane.capture.CapturingTx;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.offload.SoftRx;
import org.vhostdp.dataplane.offload.SoftTx;
import org.vhostdp.dataplane.qos.PortLimits;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.dataplane.stage.TxStage;
import org.vhostdp.dataplane.steering.PortSwitch;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/**
 * Puts stages together by a plan, for one run of a port's rings. Control thread; what it makes then
 * belongs to IO threads, and is closed when they have let go of it.
 *
 * <p>From the guest down: capture, offload, limits, steering, the driver. Where nothing is needed,
 * the ring's path uses the driver's queue itself.
 */
final class Stages implements AutoCloseable {
  /** Ethernet header and two VLAN tags. */
  private static final int LAYER2 = 14 + 8;

  private static final int LARGE = Offload.GSO_ANY | Offload.GSO_ECN;

  private final BackEnd backEnd;
  private final StagePlan plan;
  private final PortLimits limits;
  private final CaptureWriter capture;
  private final PortSpec spec;
  private final int mtu;
  private final Regions regions;
  private final PortSwitch ports;
  private final List<AutoCloseable> made = new ArrayList<>();

  /**
   * Begins with a started driver.
   *
   * @param capture where frames are copied to, or null
   * @param mtu bytes of layer 3
   * @param counters of the receive rings, by guest queue pair
   * @param wake wakes a guest queue pair whose frames another one found; its IO thread
   */
  Stages(
      BackEnd backEnd,
      StagePlan plan,
      PortSpec spec,
      PortLimits limits,
      CaptureWriter capture,
      int mtu,
      QueueCounters[] counters,
      IntConsumer wake)
      throws LinuxException {
    this.backEnd = backEnd;
    this.plan = plan;
    this.spec = spec;
    this.limits = limits;
    this.capture = capture;
    this.mtu = mtu;
    this.regions = new Regions(backEnd.port().regions());
    this.ports = plan.switched() ? switching(counters, wake) : null;
  }

  private PortSwitch switching(QueueCounters[] counters, IntConsumer wake) throws LinuxException {
    RxQueue[] driver = new RxQueue[backEnd.queuePairs()];
    for (int i = 0; i < driver.length; i++) {
      driver[i] = backEnd.port().rx(i);
    }
    PortSwitch made =
        new PortSwitch(
            driver, regions, counters.length, counters, spec.services().steering(), wake);
    made.rss(plan.rss());
    made.hashing(plan.hashed());
    for (int i = 0; i < counters.length; i++) {
      made.active(i, i < plan.active());
    }
    this.made.add(made);
    return made;
  }

  /** The way of a guest's transmit queue. */
  QueueWay<TxQueue> transmit(int guest, long features, QueueCounters counters)
      throws LinuxException {
    Port port = backEnd.port();
    TxQueue driver = port.tx(guest % backEnd.queuePairs());
    Capabilities can = backEnd.capabilities();
    TxQueue way = driver;
    if (ports != null) {
      way = kept(ports.transmit(guest, way));
    }
    int most = plan.whole() ? SoftTx.MOST_FRAME : mtu + LAYER2;
    way = kept(limits.tx(guest, way, can, regions, most, counters));
    if (!plan.whole()) {
      can = backEnd.without(LARGE);
    }
    boolean soft = SoftTx.needed(can, Features.txOffloads(features));
    if (soft) {
      way = kept(new SoftTx(way, can, regions, counters, mtu + LAYER2));
    }
    if (capture != null) {
      way = kept(new CapturingTx(way, regions, capture, spec.id(), guest));
    }
    boolean direct = way == driver;
    return new QueueWay<>(
        way,
        regions.segments(),
        soft ? SoftTx.MOST_FRAME : can.maxFrame(),
        can.maxSegments(),
        direct ? backEnd.lentFor(false) : null);
  }

  /** The way of a guest's receive queue. */
  QueueWay<RxQueue> receive(int guest, QueueCounters counters) throws LinuxException {
    RxQueue driver = ports == null ? backEnd.port().rx(guest) : null;
    RxQueue way = ports == null ? driver : kept(ports.queue(guest));
    int most = plan.whole() ? SoftTx.MOST_FRAME : mtu + LAYER2;
    way = kept(limits.rx(guest, way, most, counters));
    if (SoftRx.needed(plan.asked(), plan.taken(), plan.coalesces())) {
      way =
          kept(
              new SoftRx(
                  way,
                  regions,
                  counters,
                  plan.asked(),
                  plan.taken(),
                  plan.coalesces(),
                  mtu + LAYER2));
    }
    if (capture != null) {
      way = kept(new CapturingRx(way, regions, capture, spec.id(), guest));
    }
    boolean direct = way == driver;
    return new QueueWay<>(
        way,
        regions.segments(),
        backEnd.maxReceived(plan.asked() | plan.taken(), mtu),
        1,
        direct ? backEnd.lentFor(true) : null);
  }

  private TxQueue kept(TxQueue queue) {
    if (queue instanceof TxStage stage) {
      made.add(stage::close);
    }
    return queue;
  }

  private RxQueue kept(RxQueue queue) {
    if (queue instanceof RxStage stage) {
      made.add(stage::close);
    }
    return queue;
  }

  /** Memory that a frame of the driver may lie in. */
  MemorySegment[] frames() {
    return regions.segments();
  }

  /** Ends every stage. No IO thread uses one any more. */
  @Override
  public void close() {
    for (AutoCloseable stage : made.reversed()) {
      try {
        stage.close();
      } catch (Exception e) {
        throw new IllegalStateException("a stage could not be closed", e);
      }
    }
    made.clear();
  }
}
