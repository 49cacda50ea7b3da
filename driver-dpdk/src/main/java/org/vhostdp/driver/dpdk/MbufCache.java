package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_mempool;
import org.vhostdp.driver.dpdk.generated.rte_mempool_cache;

/**
 * The mbufs that a queue has at hand: DPDK's own cache of the queue's lcore number, so that those
 * which the poll mode driver frees are the next that are claimed, while they are in the processor's
 * cache. What rte_mempool_get_bulk and rte_mempool_put_bulk do inline. A queue without a number has
 * a cache of its own.
 *
 * <p>Threads: the queue's.
 */
final class MbufCache {
  private static final long LENGTH = rte_mempool_cache.len$offset();
  private static final long OBJECTS = rte_mempool_cache.objs$offset();

  /** Most mbufs put back at once. */
  static final int BATCH = 64;

  private final MbufPool pool;
  private final MemorySegment cache;
  private final long objects;
  private final int size;
  private final int most;

  MbufCache(MbufPool pool, int lcore) {
    this.pool = pool;
    long bytes = rte_mempool_cache.sizeof();
    MemorySegment all = rte_mempool.local_cache(pool.pool());
    if (lcore >= 0 && all.address() != 0) {
      long here = all.address() + lcore * bytes;
      cache = MemorySegment.ofAddress(here).reinterpret(bytes);
    } else {
      cache = Arena.ofAuto().allocate(bytes, 64);
    }
    objects = cache.address() + OBJECTS;
    size = Math.max(1, rte_mempool.cache_size(pool.pool()));
    // RTE_MEMPOOL_CACHE_MAX_SIZE * 2 objects fit; DPDK empties at 1.5 times the size.
    most = Math.min(size * 3 / 2, 2 * Dpdk.RTE_MEMPOOL_CACHE_MAX_SIZE());
  }

  /** Makes sure that mbufs are at hand; returns how many there are, up to wanted. */
  int ready(int wanted) {
    int length = cache.get(ValueLayout.JAVA_INT, LENGTH);
    if (length >= wanted) {
      return wanted;
    }
    int room = most - length;
    int full = Math.min(size + wanted - length, room);
    int least = Math.min(wanted - length, room);
    if (pool.dequeue(objects + (long) length * Long.BYTES, full) == 0) {
      length += full;
    } else if (pool.dequeue(objects + (long) length * Long.BYTES, least) == 0) {
      length += least;
    }
    cache.set(ValueLayout.JAVA_INT, LENGTH, length);
    return Math.min(length, wanted);
  }

  /**
   * Takes some of those that are at hand.
   *
   * @param offsets where to write them, bytes from the region's start
   * @param first index of the first to write
   * @param count at most what {@link #ready} said
   */
  void take(long[] offsets, int first, int count) {
    MemorySegment at = cache;
    long base = pool.memory().address();
    int length = at.get(ValueLayout.JAVA_INT, LENGTH) - count;
    at.set(ValueLayout.JAVA_INT, LENGTH, length);
    long from = OBJECTS + (long) length * Long.BYTES;
    for (int i = 0; i < count; i++) {
      offsets[first + i] =
          at.get(ValueLayout.JAVA_LONG_UNALIGNED, from + (long) i * Long.BYTES) - base;
    }
  }

  /**
   * Makes room for some that are to be put back.
   *
   * @param count at most {@link #BATCH}
   */
  private int room(int count) {
    int length = cache.get(ValueLayout.JAVA_INT, LENGTH);
    if (length + count > most + BATCH) {
      int out = Math.min(length, size);
      length -= out;
      pool.enqueue(objects + (long) length * Long.BYTES, out);
    }
    return length;
  }

  /**
   * Puts mbufs back, which are as {@link #give(long)} says.
   *
   * @param offsets bytes from the region's start
   * @param first index of the first
   * @param count at most {@link #BATCH}
   */
  void give(long[] offsets, int first, int count) {
    MemorySegment at = cache;
    long base = pool.memory().address();
    int length = room(count);
    long to = OBJECTS + (long) length * Long.BYTES;
    for (int i = 0; i < count; i++) {
      at.set(
          ValueLayout.JAVA_LONG_UNALIGNED, to + (long) i * Long.BYTES, base + offsets[first + i]);
    }
    at.set(ValueLayout.JAVA_INT, LENGTH, length + count);
  }

  /** Puts one back: refcnt 1, nb_segs 1 and no next, as DPDK has mbufs in a pool. */
  void give(long mbuf) {
    int length = room(1);
    cache.set(ValueLayout.JAVA_LONG, OBJECTS + (long) length * Long.BYTES, mbuf);
    cache.set(ValueLayout.JAVA_INT, LENGTH, length + 1);
  }

  /** Puts all back into the pool; control threads, while no burst call runs. */
  void empty() {
    int length = cache.get(ValueLayout.JAVA_INT, LENGTH);
    if (length > 0) {
      pool.enqueue(objects, length);
      cache.set(ValueLayout.JAVA_INT, LENGTH, 0);
    }
  }
}
