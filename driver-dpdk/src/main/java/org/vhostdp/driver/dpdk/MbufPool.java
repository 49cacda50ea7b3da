package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_mempool;
import org.vhostdp.driver.dpdk.generated.rte_mempool_ops;
import org.vhostdp.driver.dpdk.generated.rte_mempool_ops_table;
import org.vhostdp.driver.dpdk.generated.rte_memzone;
import org.vhostdp.spi.Region;

/**
 * The process's mbufs, in one piece of memory, which is the one region of every port: so frames
 * that come from another port's mbufs lie in it too. Stays until the process ends, like EAL.
 */
final class MbufPool {
  /** Id of the only region. */
  static final int REGION = 0;

  static final String NAME = "vhostdp";

  private final MemorySegment pool;
  private final MemorySegment memory;
  private final List<Region> regions;
  private final int count;
  private final int bufferBytes;
  private final MemorySegment enqueue;
  private final MemorySegment dequeue;
  private final MemorySegment free;

  MbufPool(MemorySegment pool, MemorySegment zone, MbufPoolShape shape) {
    this.pool = pool;
    memory = rte_memzone.addr(zone).reinterpret(rte_memzone.len(zone));
    regions = List.of(new Region(memory));
    count = shape.mbufs();
    bufferBytes = MbufLayout.HEADROOM + shape.room();
    MemorySegment ops =
        rte_mempool_ops_table.ops(Dpdk.rte_mempool_ops_table(), rte_mempool.ops_index(pool));
    enqueue = rte_mempool_ops.enqueue(ops);
    dequeue = rte_mempool_ops.dequeue(ops);
    free = Libraries.LOOKUP.findOrThrow("rte_pktmbuf_free_bulk");
  }

  /** The memory of all mbufs. */
  MemorySegment memory() {
    return memory;
  }

  List<Region> regions() {
    return regions;
  }

  /** DPDK's struct rte_mempool. */
  MemorySegment pool() {
    return pool;
  }

  int count() {
    return count;
  }

  /** Bytes of a buffer, headroom included. */
  int bufferBytes() {
    return bufferBytes;
  }

  int enqueue(long objects, int n) {
    return Native.bulk(enqueue, pool.address(), objects, n);
  }

  /** 0, or -errno if there are not that many. */
  int dequeue(long objects, int n) {
    return Native.bulk(dequeue, pool.address(), objects, n);
  }

  /** rte_pktmbuf_free_bulk: any mbufs, chains too. */
  void free(long mbufs, int n) {
    Native.free(free, mbufs, n);
  }

  /** Frees one mbuf, or a chain; control threads. */
  void freeOne(long address) {
    try (Arena arena = Arena.ofConfined()) {
      free(arena.allocateFrom(ValueLayout.JAVA_LONG, address).address(), 1);
    }
  }

  /** Mbufs that nobody has; control threads. */
  int available() {
    return Dpdk.rte_mempool_avail_count(pool);
  }
}
