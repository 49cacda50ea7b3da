package org.vhostdp.dataplane.qos;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Shaping;

/** The limits of one port in one direction: their buckets, and which of them the driver took. */
final class DirectionLimits {
  private static final Logger LOG = System.getLogger(DirectionLimits.class.getName());
  private static final Bucket[] NONE = {};
  private static final int FRAME = 1522;
  private static final int LARGE = 65536;

  private final int direction;
  private final Map<Integer, Limit> limits;
  private final Map<Integer, Bucket[]> buckets = new HashMap<>();
  private final Turns turns;
  private final boolean plain;
  private final LongSupplier clock;
  private final Set<Integer> handed = new TreeSet<>();

  DirectionLimits(QosSpec spec, int direction, int queues, LongSupplier clock) {
    this.direction = direction;
    this.limits = spec.limits(direction);
    this.clock = clock;
    this.plain = spec.shares().isEmpty();
    limits.forEach((queue, limit) -> buckets.put(queue, buckets(limit, clock)));
    Limit port = limits.get(QosSpec.PORT);
    this.turns = port == null || queues < 2 ? null : turns(spec, port, queues);
  }

  private static Turns turns(QosSpec spec, Limit port, int queues) {
    boolean large = takesLarge(buckets(port, () -> 0));
    long bytes = port.bitsPerSecond() / 8;
    if (bytes == 0) {
      bytes = port.packetsPerSecond() * FRAME;
    }
    long burst = port.bitsPerSecond() != 0 ? port.burst() : port.packetBurst() * FRAME;
    return new Turns(
        IntStream.range(0, queues).map(spec::weight).toArray(),
        IntStream.range(0, queues).map(spec::priority).toArray(),
        Math.max(large ? LARGE : FRAME, bytes / 1000),
        burst);
  }

  /** The buckets of a limit, full; none if it is null. */
  static Bucket[] buckets(Limit limit, LongSupplier clock) {
    List<Bucket> made = new ArrayList<>();
    if (limit != null && limit.bitsPerSecond() != 0) {
      made.add(Bucket.bytes(limit.bitsPerSecond(), limit.burst(), clock));
    }
    if (limit != null && limit.packetsPerSecond() != 0) {
      made.add(Bucket.packets(limit.packetsPerSecond(), limit.packetBurst(), clock));
    }
    return made.toArray(NONE);
  }

  static boolean takesLarge(Bucket[] buckets) {
    return Arrays.stream(buckets).allMatch(Bucket::takesGso);
  }

  boolean takesLarge() {
    return buckets.entrySet().stream()
        .allMatch(of -> handed.contains(of.getKey()) || takesLarge(of.getValue()));
  }

  private Bucket[] here(int queue) {
    return handed.contains(queue) ? NONE : buckets.getOrDefault(queue, NONE);
  }

  /** Whether a queue is limited here. */
  boolean limits(int queue) {
    return here(queue).length > 0 || here(QosSpec.PORT).length > 0;
  }

  /**
   * What the frames of a queue pass.
   *
   * @param bytes most bytes of an entry
   * @param entries most entries of a frame
   */
  Gate gate(int queue, int bytes, int entries) {
    Bucket[] shared = here(QosSpec.PORT);
    Turns taken = shared.length == 0 ? null : turns;
    if (taken != null) {
      return new Gate(here(queue), shared, taken, queue, bytes, entries, clock);
    }
    return new Gate(both(here(queue), shared), NONE, null, queue, bytes, entries, clock);
  }

  private static Bucket[] both(Bucket[] some, Bucket[] others) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(others)).toArray(Bucket[]::new);
  }

  /** Gives the driver what it takes. */
  void hand(Shaping facet, boolean sameQueues) {
    if (!facet.supports(direction)) {
      return;
    }
    limits.forEach(
        (queue, limit) -> {
          boolean same = queue == QosSpec.PORT ? plain : sameQueues;
          if (same && limit.packetsPerSecond() == 0) {
            hand(facet, queue, limit);
          }
        });
  }

  private void hand(Shaping facet, int queue, Limit limit) {
    try {
      facet.limit(direction, queue, limit.bitsPerSecond(), limit.burst());
      handed.add(queue);
    } catch (DriverException e) {
      LOG.log(Level.DEBUG, "the driver does not limit; it is done here", e);
    }
  }

  /** Removes what the driver took. */
  void remove(Shaping facet) {
    for (int queue : handed) {
      try {
        facet.limit(direction, queue, 0, 0);
      } catch (DriverException e) {
        LOG.log(Level.WARNING, "the driver does not remove its limit of queue " + queue, e);
      }
    }
    takenBack();
  }

  /** The driver that took limits is gone, or has none any more. */
  void takenBack() {
    handed.clear();
  }
}
