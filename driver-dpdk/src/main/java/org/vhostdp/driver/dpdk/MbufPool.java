package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_mempool;
import org.vhostdp.driver.dpdk.generated.rte_mempool_objhdr;
import org.vhostdp.driver.dpdk.generated.rte_mempool_objhdr_list;
import org.vhostdp.driver.dpdk.generated.rte_mempool_ops;
import org.vhostdp.driver.dpdk.generated.rte_mempool_ops_table;
import org.vhostdp.driver.dpdk.generated.rte_memzone;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Region;

/**
 * The process's mbufs, in one piece of memory, which is the one region of every port: so frames
 * that come from another port's mbufs lie in it too. Stays until the process ends, like EAL.
 *
 * <p>An mbuf is found from an address inside it by arithmetic: they lie at equal distances, none
 * across the border of a page. Its slot is its number.
 */
final class MbufPool {
  /** Id of the only region. */
  static final int REGION = 0;

  static final String NAME = "vhostdp";

  /** Bits of the reciprocal below the point; exact for offsets below 2^40 (see {@link #slot}). */
  private static final int SHIFT = 40;

  private static final int LINE = 6;

  private final MemorySegment pool;
  private final MemorySegment memory;
  private final List<Region> regions;
  private final int count;
  private final int step;
  private final int bufferBytes;
  private final int header;
  private final int pageShift;
  private final long pageMask;
  private final int perPage;
  private final long reciprocal;
  private final MemorySegment enqueue;
  private final MemorySegment dequeue;
  private final MemorySegment free;

  MbufPool(MemorySegment pool, MemorySegment zone, MbufPoolShape shape) throws DriverException {
    this.pool = pool;
    memory = rte_memzone.addr(zone).reinterpret(rte_memzone.len(zone));
    regions = List.of(new Region(memory));
    count = shape.mbufs();
    step = shape.step();
    header = shape.header();
    bufferBytes = MbufLayout.HEADROOM + shape.room();
    pageShift = shape.pageShift();
    pageMask = shape.pageMask();
    perPage = shape.perPage();
    reciprocal = ((1L << SHIFT) + (step >>> LINE) - 1) / (step >>> LINE);
    MemorySegment ops =
        rte_mempool_ops_table.ops(Dpdk.rte_mempool_ops_table(), rte_mempool.ops_index(pool));
    enqueue = rte_mempool_ops.enqueue(ops);
    dequeue = rte_mempool_ops.dequeue(ops);
    free = Libraries.LOOKUP.findOrThrow("rte_pktmbuf_free_bulk");
    verify();
  }

  /** Walks through all mbufs once: the arithmetic must find each where DPDK has put it. */
  private void verify() throws DriverException {
    long at = rte_mempool_objhdr_list.stqh_first(rte_mempool.elt_list(pool)).address();
    int seen = 0;
    while (at != 0 && seen < count) {
      long mbuf = at + rte_mempool_objhdr.sizeof() - memory.address();
      long buffer = mbuf + MbufLayout.BYTES;
      if (mbuf < 0 || slot(buffer) < 0 || mbuf(buffer + bufferBytes - 1) != mbuf) {
        break;
      }
      at = MemorySegment.ofAddress(at).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
      seen++;
    }
    if (at != 0 || seen != count) {
      throw new DriverException(
          Reason.DEVICE,
          "The mempool " + NAME + " of DPDK has its mbuf number " + seen + " in an odd place.",
          "Remove --mbuf-pool-ops-name from \"eal\".");
    }
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

  /** Slots that there can be; some are of no mbuf. */
  int slots() {
    return (int) ((memory.byteSize() >>> pageShift) + 1) * perPage;
  }

  /** Bytes of a buffer, headroom included. */
  int bufferBytes() {
    return bufferBytes;
  }

  /**
   * The mbuf whose buffer holds a byte; its slot, or -1 if there is none.
   *
   * @param offset bytes from the region's start, any number
   */
  int slot(long offset) {
    long first = offset - header - MbufLayout.BYTES;
    if (first < 0 || offset >= memory.byteSize()) {
      return -1;
    }
    // A memory of M lines divided by s lines a step: the reciprocal is at most 1 / 2^40 too large,
    // which changes no quotient while M * s < 2^40.
    long page = first >>> pageShift;
    int index = (int) (((first & pageMask) >>> LINE) * reciprocal >>> SHIFT);
    return index < perPage ? (int) page * perPage + index : -1;
  }

  /** Bytes from the region's start to the mbuf whose {@link #slot} is not -1. */
  long mbuf(long offset) {
    long first = offset - header - MbufLayout.BYTES;
    long index = ((first & pageMask) >>> LINE) * reciprocal >>> SHIFT;
    return (first >>> pageShift << pageShift) + header + index * step;
  }

  /** Bytes from the region's start to the mbuf of a slot; slow. */
  long mbufOf(int slot) {
    long page = slot / perPage;
    return (page << pageShift) + header + (long) (slot % perPage) * step;
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
