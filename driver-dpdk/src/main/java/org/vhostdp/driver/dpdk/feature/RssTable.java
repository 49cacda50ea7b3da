package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_rss_reta_entry64;
import org.vhostdp.driver.dpdk.generated.rte_eth_rss_conf;
import org.vhostdp.spi.DriverException;

/** A device's table of queues by hash, and its hash: types and key. Control threads. */
final class RssTable {
  private static final int GROUP = 64;
  private static final int MOST_KEY = 255;

  private final int port;
  private final String device;
  private final long types;
  private final int size;
  private final int keyBytes;

  /**
   * @param types RTE_ETH_RSS_* that the device has
   * @param size entries of its table
   * @param keyBytes bytes of its key; 0 if it does not say
   */
  RssTable(int port, String device, long types, int size, int keyBytes) {
    this.port = port;
    this.device = device;
    this.types = types;
    this.size = size;
    this.keyBytes = keyBytes;
  }

  /** Entries. */
  int size() {
    return size;
  }

  /** RTE_ETH_RSS_* that the device has. */
  long types() {
    return types;
  }

  /** Bytes of the device's key: 40 if it does not say. */
  int keyBytes() {
    return keyBytes == 0 ? 40 : keyBytes;
  }

  /** The queue of each entry. */
  int[] queues() throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment groups = groups(arena);
      check(
          "rte_eth_dev_rss_reta_query",
          Features.rte_eth_dev_rss_reta_query((short) port, groups, (short) size));
      int[] queues = new int[size];
      for (int i = 0; i < size; i++) {
        queues[i] = groups.get(JAVA_SHORT, at(i)) & 0xFFFF;
      }
      return queues;
    }
  }

  /** Sets the queue of each entry; a shorter list is repeated. */
  void queues(int[] queues) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment groups = groups(arena);
      for (int i = 0; i < size; i++) {
        groups.set(JAVA_SHORT, at(i), (short) queues[i % queues.length]);
      }
      check(
          "rte_eth_dev_rss_reta_update",
          Features.rte_eth_dev_rss_reta_update((short) port, groups, (short) size));
    }
  }

  /** Zeroed groups of 64 entries whose masks name every entry of the table. */
  private MemorySegment groups(Arena arena) {
    long bytes = rte_eth_rss_reta_entry64.layout().byteSize();
    int count = (size + GROUP - 1) / GROUP;
    MemorySegment groups = arena.allocate(count * bytes, 8);
    for (int i = 0; i < count; i++) {
      int entries = Math.min(GROUP, size - i * GROUP);
      long mask = entries == GROUP ? -1L : (1L << entries) - 1;
      rte_eth_rss_reta_entry64.mask(groups.asSlice(i * bytes, bytes), mask);
    }
    return groups;
  }

  private static long at(int entry) {
    return entry / GROUP * rte_eth_rss_reta_entry64.layout().byteSize()
        + rte_eth_rss_reta_entry64.reta$offset()
        + 2L * (entry % GROUP);
  }

  /** A hash: RTE_ETH_RSS_* and a key. */
  record Hash(long types, byte[] key) {}

  /** The hash that the device computes now. */
  Hash hash() throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment conf = rte_eth_rss_conf.allocate(arena);
      MemorySegment key = arena.allocate(MOST_KEY);
      rte_eth_rss_conf.rss_key(conf, key);
      rte_eth_rss_conf.rss_key_len(conf, (byte) keyBytes());
      check(
          "rte_eth_dev_rss_hash_conf_get",
          Features.rte_eth_dev_rss_hash_conf_get((short) port, conf));
      byte[] bytes = key.asSlice(0, keyBytes()).toArray(JAVA_BYTE);
      return new Hash(rte_eth_rss_conf.rss_hf(conf), bytes);
    }
  }

  /** Sets the hash; the key has the device's length. */
  void hash(Hash hash) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment conf = rte_eth_rss_conf.allocate(arena);
      rte_eth_rss_conf.rss_key(conf, arena.allocateFrom(JAVA_BYTE, hash.key()));
      rte_eth_rss_conf.rss_key_len(conf, (byte) hash.key().length);
      rte_eth_rss_conf.rss_hf(conf, hash.types());
      check(
          "rte_eth_dev_rss_hash_update", Features.rte_eth_dev_rss_hash_update((short) port, conf));
    }
  }

  private void check(String call, int result) throws DriverException {
    if (result < 0) {
      throw DpdkErrors.of(call, device, result);
    }
  }
}
