package org.vhostdp.driver.dpdk.feature;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_stats;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_xstat;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_xstat_name;
import org.vhostdp.spi.Statistics;

/**
 * A device's counters since this was made, which never go back though the device may begin anew:
 * rte_eth_stats_get, and its own by rte_eth_xstats_get. Frames and bytes that passed are the
 * queues' to count; here they stand among the device's own, by the names DPDK gives them
 * (rx_good_packets). Control threads, one call at a time.
 */
final class DeviceCounters {
  /** A device's own counters, at most. */
  private static final int MOST = 1024;

  private static final String MISSED = "imissed";
  private static final String NO_MBUF = "rx_nombuf";
  private static final String DAMAGED = "ierrors";

  private final int port;
  private final boolean losesWithoutMbufs;
  private final Map<String, Long> last = new LinkedHashMap<>();
  private final Map<String, Long> total = new LinkedHashMap<>();

  /**
   * @param losesWithoutMbufs a packet that finds no mbuf is lost, rather than left in the device
   */
  DeviceCounters(int port, boolean losesWithoutMbufs) {
    this.port = port;
    this.losesWithoutMbufs = losesWithoutMbufs;
    look();
    total.replaceAll((name, value) -> 0L);
  }

  /** Adds what was counted since this was made. */
  synchronized void add(Statistics out) {
    look();
    total.forEach((name, value) -> add(out, name, value));
  }

  private void add(Statistics out, String name, long value) {
    switch (name) {
      case MISSED -> out.rxDropped += value;
      case DAMAGED -> out.rxErrors += value;
      case NO_MBUF -> {
        out.rxDropped += losesWithoutMbufs ? value : 0;
        out.more(NO_MBUF, value);
      }
      default -> out.more(name, value);
    }
  }

  /** Looks a last time before the device may begin anew. */
  synchronized void keep() {
    look();
  }

  private void look() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stats = rte_eth_stats.allocate(arena);
      if (Features.rte_eth_stats_get((short) port, stats) == 0) {
        count(MISSED, rte_eth_stats.imissed(stats));
        count(DAMAGED, rte_eth_stats.ierrors(stats));
        count(NO_MBUF, rte_eth_stats.rx_nombuf(stats));
      }
      own(arena);
    }
  }

  private void own(Arena arena) {
    int count = Features.rte_eth_xstats_get_names((short) port, MemorySegment.NULL, 0);
    if (count <= 0 || count > MOST) {
      return;
    }
    MemorySegment names = rte_eth_xstat_name.allocateArray(count, arena);
    MemorySegment values = rte_eth_xstat.allocateArray(count, arena);
    int named = Features.rte_eth_xstats_get_names((short) port, names, count);
    int filled = Features.rte_eth_xstats_get((short) port, values, count);
    // More than there was room for: a queue came meanwhile, and the next look sees it.
    for (int i = 0; i < filled && filled <= count && named <= count; i++) {
      MemorySegment one = rte_eth_xstat.asSlice(values, i);
      long id = rte_eth_xstat.id(one);
      if (id >= 0 && id < named) {
        String name = rte_eth_xstat_name.asSlice(names, id).getString(0);
        count(
            name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_"), rte_eth_xstat.value(one));
      }
    }
  }

  private void count(String name, long now) {
    long before = last.getOrDefault(name, 0L);
    total.merge(name, now >= before ? now - before : now, Long::sum);
    last.put(name, now);
  }
}
