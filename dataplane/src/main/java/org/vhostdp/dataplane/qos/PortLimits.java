package org.vhostdp.dataplane.qos;

import java.util.function.LongSupplier;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.TxQueue;

/**
 * What one port does about its {@link QosSpec}. Its buckets last as long as it does: rings that are
 * attached again go on where they were. Control thread; the stages it makes belong to IO threads.
 */
public final class PortLimits {
  /** Frames of a transmit queue that classes leave to who fills new ones. */
  private static final int LEFT_FREE = 64;

  private final QosSpec spec;
  private final DirectionLimits tx;
  private final DirectionLimits rx;
  private final Bucket[][] classes = new Bucket[QosSpec.CLASSES][];
  private final LongSupplier clock;

  /**
   * Full buckets.
   *
   * @param queuePairs of the guest
   */
  public PortLimits(QosSpec spec, int queuePairs) {
    this(spec, queuePairs, System::nanoTime);
  }

  PortLimits(QosSpec spec, int queuePairs, LongSupplier clock) {
    this.spec = spec;
    this.clock = clock;
    this.tx = new DirectionLimits(spec, Shaping.TRANSMIT, queuePairs, clock);
    this.rx = new DirectionLimits(spec, Shaping.RECEIVE, queuePairs, clock);
    spec.classes().forEach((i, of) -> classes[i] = DirectionLimits.buckets(of.limit(), clock));
  }

  /**
   * Whether large frames of 64 KiB may pass whole. Otherwise they would be longer than a burst, and
   * are to be cut above transmit limits and not asked of the driver below receive limits.
   */
  public boolean takesLarge() {
    boolean takes = tx.takesLarge() && rx.takesLarge();
    for (Bucket[] of : classes) {
      takes &= of == null || DirectionLimits.takesLarge(of);
    }
    return takes;
  }

  /**
   * Gives limits to the driver where it takes them; no stage stands for those. It takes none that
   * counts frames, none of a port whose queues have shares or classes, and what it refuses stays
   * here. Before rings are attached.
   *
   * @param port open
   * @param sameQueues whether a queue of the guest is the driver's of the same number
   */
  public void hand(Port port, boolean sameQueues) {
    Shaping facet = port.facet(Shaping.class).orElse(null);
    tx.takenBack();
    rx.takenBack();
    if (facet != null) {
      if (spec.classes().isEmpty()) {
        tx.hand(facet, sameQueues);
      }
      rx.hand(facet, sameQueues);
    }
  }

  /** Removes the limits that the driver took, before others are given to it. */
  public void takeBack(Port port) {
    port.facet(Shaping.class)
        .ifPresent(
            facet -> {
              tx.remove(facet);
              rx.remove(facet);
            });
  }

  /**
   * What stands before a queue that the guest sends on.
   *
   * @param queue the guest's, by number
   * @param below steering's queue or the driver's
   * @param can the driver's abilities: entries and rooms of frames
   * @param regions as far as they are built: the stages below were made
   * @param most bytes of the longest frame that comes here
   * @param counters of the guest's transmit ring
   * @return a {@link org.vhostdp.dataplane.stage.TxStage}, or {@code below} if there is no limit
   * @throws LinuxException if there are no more descriptors
   */
  public TxQueue tx(
      int queue, TxQueue below, Capabilities can, Regions regions, int most, QueueCounters counters)
      throws LinuxException {
    if (spec.classes().isEmpty() && !tx.limits(queue)) {
      return below;
    }
    int bytes = Math.min(most, can.frameRoom());
    int entries = Math.clamp((most + bytes - 1) / bytes, 1, Math.max(1, can.maxSegments()));
    Gate gate = tx.gate(queue, bytes, Math.min(entries, 32));
    if (spec.classes().isEmpty()) {
      return new LimitedTx(below, gate, counters);
    }
    ClassFifo[] fifos = fifos(can.txLent(), bytes, entries);
    FrameClasses sorting = new FrameClasses(spec.classes());
    return new ClassTx(below, sorting, fifos, gate, regions.segments(), counters);
  }

  private ClassFifo[] fifos(int lent, int bytes, int entries) {
    ClassFifo[] fifos = new ClassFifo[QosSpec.CLASSES];
    int used = spec.classes().size() + (spec.classes().containsKey(0) ? 0 : 1);
    int most = Math.max(entries, Math.max(lent - LEFT_FREE, lent / 2) / used);
    for (int i = 0; i < fifos.length; i++) {
      TrafficClass of = spec.classes().get(i);
      if (of != null || i == 0) {
        Share share = of == null ? Share.DEFAULT : of.share();
        Gate limit =
            classes[i] == null || classes[i].length == 0
                ? null
                : new Gate(classes[i], new Bucket[0], null, 0, bytes, entries, clock);
        fifos[i] = new ClassFifo(share, limit, most);
      }
    }
    return fifos;
  }

  /**
   * What stands behind a queue that the guest receives from.
   *
   * @param queue the guest's, by number
   * @param below steering's queue or the driver's
   * @param most bytes of the longest frame that comes here
   * @param counters of the guest's receive ring
   * @return a {@link org.vhostdp.dataplane.stage.RxStage}, or {@code below} if there is no limit
   * @throws LinuxException if there are no more descriptors
   */
  public RxQueue rx(int queue, RxQueue below, int most, QueueCounters counters)
      throws LinuxException {
    return rx.limits(queue) ? new LimitedRx(below, rx.gate(queue, most, 1), counters) : below;
  }
}
