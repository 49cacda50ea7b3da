package org.vhostdp.driver.tap;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Region;

/** The queue pairs of a port and the region their own frames lie in. Control threads only. */
final class TapQueues implements AutoCloseable {
  private final Mapping memory;
  private final List<Region> regions;
  private final List<TapQueuePair> pairs = new ArrayList<>();
  private final List<TapRing> rings = new ArrayList<>();

  private TapQueues(Mapping memory) {
    this.memory = memory;
    regions = List.of(new Region(memory.segment()));
  }

  /**
   * Makes pairs for the first queues of a device.
   *
   * @param counters of each queue since the port was opened
   * @param rings makes a ring for each queue, or null
   * @throws DriverException if memory or descriptors run out, or rings must be had and cannot;
   *     nothing is left
   */
  static TapQueues of(
      TapDevice device,
      int count,
      TapForeign foreign,
      List<TapTraffic> counters,
      int txOffloads,
      TapRings rings)
      throws DriverException {
    TapQueues queues = null;
    try {
      queues = new TapQueues(Mapping.anonymous(count * TapQueuePair.REGION_BYTES));
      for (int i = 0; i < count; i++) {
        Fd fd = device.descriptor(i);
        TapRing ring = rings.open(fd.raw());
        if (ring != null) {
          queues.rings.add(ring);
        }
        TapQueuePair.Parts parts =
            new TapQueuePair.Parts(fd, new Gate(), foreign, txOffloads, counters.get(i), ring);
        queues.pairs.add(new TapQueuePair(parts, queues.memory.address(), i));
      }
      return queues;
    } catch (LinuxException | DriverException e) {
      if (queues != null) {
        queues.close();
      }
      throw TapErrors.driverException(e);
    }
  }

  List<Region> regions() {
    return regions;
  }

  List<TapQueuePair> pairs() {
    return pairs;
  }

  /** Offloads that received frames may use from now on. */
  void offloads(int bits) {
    pairs.forEach(pair -> pair.gate().offloads(bits));
  }

  @Override
  public void close() {
    pairs.forEach(TapQueuePair::close);
    rings.forEach(TapRing::close);
    memory.close();
  }
}
