package org.vhostdp.dataplane.port;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.capture.CapturingRx;
import org.vhostdp.dataplane.capture.CapturingTx;
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
  private final BackEnd backEnd;
  private final StagePlan plan;
  private final PortLimits limits;
  private final CaptureWriter capture;
  private final PortSpec spec;
  private final int mostSegment;
  private final Regions regions;
  private final PortSwitch ports;
  private final List<AutoCloseable> made = new ArrayList<>();

  /** By the guest's queue pair. Made once: a ring may be attached again many times in a run. */
  private final Map<Integer, QueueWay<TxQueue>> transmitting = new HashMap<>();

  private final Map<Integer, QueueWay<RxQueue>> receiving = new HashMap<>();

  /**
   * Begins with a started driver.
   *
   * @param capture where frames are copied to, or null
   * @param counters of the receive rings, by guest queue pair
   * @param wake wakes a guest queue pair whose frames another one found; its IO thread
   */
  Stages(
      BackEnd backEnd,
      StagePlan plan,
      PortSpec spec,
      PortLimits limits,
      CaptureWriter capture,
      QueueCounters[] counters,
      IntConsumer wake)
      throws LinuxException {
    this.backEnd = backEnd;
    this.plan = plan;
    this.spec = spec;
    this.limits = limits;
    this.capture = capture;
    this.mostSegment = plan.mtu() + BackEnd.LAYER2;
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

  /** The way of a guest's transmit queue, the same each time. */
  QueueWay<TxQueue> transmit(int guest, QueueCounters counters) throws LinuxException {
    QueueWay<TxQueue> way = transmitting.get(guest);
    if (way == null) {
      way = makeTransmit(guest, counters);
      transmitting.put(guest, way);
    }
    return way;
  }

  /** The way of a guest's receive queue, the same each time. */
  QueueWay<RxQueue> receive(int guest, QueueCounters counters) throws LinuxException {
    QueueWay<RxQueue> way = receiving.get(guest);
    if (way == null) {
      way = makeReceive(guest, counters);
      receiving.put(guest, way);
    }
    return way;
  }

  private QueueWay<TxQueue> makeTransmit(int guest, QueueCounters counters) throws LinuxException {
    Port port = backEnd.port();
    TxQueue driver = port.tx(guest % backEnd.queuePairs());
    Capabilities can = backEnd.capabilities();
    TxQueue way = driver;
    if (ports != null) {
      way = kept(ports.transmit(guest, way));
    }
    way = kept(limits.tx(guest, way, can, regions, mostFrame(), counters));
    if (!plan.whole()) {
      can = backEnd.without(StagePlan.LARGE);
    }
    boolean soft = SoftTx.needed(can, plan.sent());
    if (soft) {
      way = kept(new SoftTx(way, can, regions, counters, mostSegment));
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
        direct);
  }

  private QueueWay<RxQueue> makeReceive(int guest, QueueCounters counters) throws LinuxException {
    RxQueue driver = ports == null ? backEnd.port().rx(guest) : null;
    RxQueue way = ports == null ? driver : kept(ports.queue(guest));
    way = kept(limits.rx(guest, way, mostFrame(), counters));
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
                  mostSegment));
    }
    if (capture != null) {
      way = kept(new CapturingRx(way, regions, capture, spec.id(), guest));
    }
    boolean direct = way == driver;
    return new QueueWay<>(
        way,
        regions.segments(),
        backEnd.maxReceived(plan.asked() | plan.taken(), plan.mtu()),
        1,
        direct);
  }

  /** Most bytes of a frame at the limits. */
  private int mostFrame() {
    return plan.whole() ? SoftTx.MOST_FRAME : mostSegment;
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
