package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Steering;

/**
 * Which services stand between a port's rings and its driver, and what is asked of the driver.
 * Rings that run were attached by one plan; another one takes them out first.
 *
 * @param switched whether the queue of a received frame is chosen here; then one IO thread runs all
 *     pairs of the port
 * @param active guest queue pairs that receive, where they are switched; else 0
 * @param rss the guest's setting that is carried out here, or null
 * @param hashed by what frames carry a hash to the guest, or null
 * @param asked receive offloads asked of the driver
 * @param taken receive offloads that the guest takes
 * @param sent transmit offloads that the guest may use
 * @param whole whether large frames may pass the limits whole, in both directions
 * @param mtu bytes of layer 3
 */
record StagePlan(
    boolean switched,
    int active,
    RssSetting rss,
    RssSetting hashed,
    int asked,
    int taken,
    int sent,
    boolean whole,
    int mtu) {
  private static final int CHECKSUMS = Offload.CSUM_PARTIAL | Offload.CSUM_VALID;
  private static final int COALESCED = Offload.GSO_TCP4 | Offload.GSO_TCP6;

  /** What makes a frame longer than the MTU. */
  static final int LARGE = Offload.GSO_ANY | Offload.GSO_ECN;

  private static final int UNDONE = CHECKSUMS | LARGE & ~Offload.GSO_UFO;

  /**
   * Plans.
   *
   * @param backEnd the driver
   * @param services what the operator wants
   * @param wishes what the guest wants
   * @param whole whether limits let large frames pass whole
   */
  static StagePlan of(BackEnd backEnd, PortServices services, GuestWishes wishes, boolean whole) {
    boolean reports = (wishes.features() & Features.HASH_REPORT) != 0;
    RssSetting wanted = wishes.hashes() == null ? wishes.rss() : wishes.hashes();
    RssSetting hashed = reports ? wanted : null;
    boolean switched = hashed != null || switched(backEnd, services, wishes);
    int taken = wishes.offloads() & UNDONE;
    int can = backEnd.capabilities().rxOffloads();
    int asked = backEnd.capabilities().has(Capabilities.UNDOES_RX) ? can & taken : can & UNDONE;
    return new StagePlan(
        switched,
        switched ? wishes.active() : 0,
        switched ? wishes.rss() : null,
        hashed,
        whole ? asked : asked & ~LARGE,
        taken,
        Features.txOffloads(wishes.features()),
        whole,
        wishes.mtu());
  }

  private static boolean switched(BackEnd backEnd, PortServices services, GuestWishes wishes) {
    int there = backEnd.queuePairs();
    boolean fits =
        wishes.active() == there
            || wishes.active() < there && backEnd.capabilities().has(Capabilities.QUEUE_TOGGLE);
    boolean alone = wishes.active() == 1;
    if (!fits) {
      return !(alone && there == 1);
    }
    if (alone) {
      return false;
    }
    return wishes.rss() != null && !inDriver(backEnd, wishes.rss())
        || services.steering().decidesHere();
  }

  /** Whether the driver itself can scale as the guest wants it. */
  private static boolean inDriver(BackEnd backEnd, RssSetting rss) {
    Steering facet = backEnd.port().facet(Steering.class).orElse(null);
    return facet != null
        && rss.types() != 0
        && (rss.types() & ~facet.hashTypes()) == 0
        && rss.table().length <= facet.maxTable();
  }

  /** Whether the driver is to scale. */
  boolean scaledByDriver(GuestWishes wishes) {
    return !switched && wishes.rss() != null && wishes.active() > 1;
  }

  /** Whether small frames of a stream are made large ones here. */
  boolean coalesces() {
    return (taken & ~asked & COALESCED) != 0;
  }
}
