package org.vhostdp.dataplane.port;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.net.QueueCounters;

/**
 * A device's state at a moment.
 *
 * @param features bits negotiated, 0 before
 * @param linkUp the link's state as the guest is told
 * @param memoryRegions regions of guest memory
 * @param memoryBytes bytes of guest memory
 * @param rings every ring, by index
 */
public record DeviceStatus(
    long features, boolean linkUp, int memoryRegions, long memoryBytes, List<Ring> rings) {

  /**
   * One ring.
   *
   * @param index ring index: even receives, odd transmits
   * @param size descriptors, 0 before it is set
   * @param running in service
   * @param fault why it is out of service, or null
   * @param counters what its IO thread counted
   * @param sizes bursts by size, see {@link QueueCounters#burstHistogram}
   */
  public record Ring(
      int index,
      int size,
      boolean running,
      String fault,
      Map<QueueCounters.Name, Long> counters,
      List<Long> sizes) {
    /** A counter's value. */
    public long count(QueueCounters.Name name) {
      return counters.getOrDefault(name, 0L);
    }
  }

  static DeviceStatus of(NetDevice device, Vring[] vrings) {
    List<Ring> rings = new ArrayList<>();
    for (Vring v : vrings) {
      Map<QueueCounters.Name, Long> counters = new EnumMap<>(QueueCounters.Name.class);
      for (QueueCounters.Name name : QueueCounters.Name.values()) {
        counters.put(name, v.counters.get(name));
      }
      List<Long> sizes = Arrays.stream(v.counters.burstHistogram()).boxed().toList();
      rings.add(new Ring(v.index, v.size, v.attached, v.fault, counters, sizes));
    }
    long bytes = 0;
    for (int i = 0; i < device.memory().now().count(); i++) {
      bytes += device.memory().now().size(i);
    }
    return new DeviceStatus(
        device.features(), device.linkUp(), device.memory().now().count(), bytes, rings);
  }

  /** Sum of a counter over receive (even) or transmit (odd) rings. */
  public long total(boolean receive, QueueCounters.Name name) {
    return rings.stream()
        .filter(r -> (r.index() & 1) == (receive ? 0 : 1))
        .mapToLong(r -> r.count(name))
        .sum();
  }
}
