package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.eal.Eal;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.eal.ThreadLocals;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_mempool;
import org.vhostdp.driver.dpdk.generated.rte_memzone;
import org.vhostdp.driver.dpdk.generated.rte_pktmbuf_pool_private;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Makes the process's mempool, or finds it. Control threads, one at a time. */
final class MbufPools {
  /** Mbufs that a thread keeps at hand; testpmd has 250. */
  static final int CACHE = 256;

  private static final int ANY_SOCKET = -1;
  private static final int LINE = 64;
  private static final String CALL = "rte_mempool_create_empty";

  private MbufPools() {}

  /** Bytes that mbufs take, roughly and not too few: known before EAL is started. */
  static long bytes(int mbufs, int room) {
    return (long) mbufs * (room + MbufLayout.HEADROOM + MbufLayout.BYTES + 4L * LINE)
        // The mempool's ring of pointers, a power of two.
        + 16L * Integer.highestOneBit(mbufs) * 2;
  }

  /**
   * The process's pool; EAL runs.
   *
   * @param mbufs least number
   * @param room least bytes of data in each
   * @throws DriverException if there is too little memory, or a smaller pool already
   */
  static MbufPool open(int mbufs, int room) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(MbufPool.NAME);
      MemorySegment pool = Dpdk.rte_mempool_lookup(name);
      if (pool.address() != 0) {
        return found(sized(pool), Dpdk.rte_memzone_lookup(name), mbufs, room);
      }
      return make(arena, name, mbufs, room);
    }
  }

  private static MemorySegment sized(MemorySegment pool) {
    return pool.reinterpret(rte_mempool.sizeof());
  }

  private static MbufPool found(MemorySegment pool, MemorySegment zone, int mbufs, int room)
      throws DriverException {
    int has = rte_mempool.size(pool);
    int hasRoom = rte_mempool.elt_size(pool) - (int) MbufLayout.BYTES - MbufLayout.HEADROOM;
    if (mbufs > has || room > hasRoom) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "The mbufs of this process are made: %d of %d bytes; %d of %d bytes cannot be had any more."
              .formatted(has, hasRoom, mbufs, room),
          "Write the greatest \"mbufs\" and \"room\" into the section that is opened first, or the"
              + " same into all.");
    }
    return new MbufPool(pool, zone.reinterpret(rte_memzone.sizeof()), shape(pool));
  }

  private static MbufPoolShape shape(MemorySegment pool) throws DriverException {
    int header = rte_mempool.header_size(pool);
    int element = rte_mempool.elt_size(pool);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(ValueLayout.JAVA_LONG);
      int failed = Dpdk.rte_mempool_get_page_size(pool, page);
      if (failed != 0) {
        throw DpdkErrors.of("rte_mempool_get_page_size", MbufPool.NAME, failed);
      }
      return new MbufPoolShape(
          rte_mempool.size(pool),
          element - (int) MbufLayout.BYTES - MbufLayout.HEADROOM,
          header + element + rte_mempool.trailer_size(pool),
          page.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  private static MbufPool make(Arena arena, MemorySegment name, int mbufs, int room)
      throws DriverException {
    int buffer = MbufLayout.HEADROOM + room;
    MemorySegment pool =
        Dpdk.rte_mempool_create_empty(
            name,
            mbufs,
            (int) MbufLayout.BYTES + buffer,
            Math.min(CACHE, mbufs / 8),
            (int) rte_pktmbuf_pool_private.sizeof(),
            ANY_SOCKET,
            // Without huge pages no mbuf would cross the border of a page of 4 KiB: one a page, all
            // in the same few sets of the cache. No device reads that memory by itself.
            Eal.isInHugePages() ? 0 : Dpdk.RTE_MEMPOOL_F_NO_IOVA_CONTIG());
    if (pool.address() == 0) {
      throw noMemory(CALL, mbufs, ThreadLocals.errno());
    }
    try {
      return fill(arena, name, sized(pool), buffer);
    } catch (DriverException e) {
      Dpdk.rte_mempool_free(pool);
      throw e;
    }
  }

  private static MbufPool fill(Arena arena, MemorySegment name, MemorySegment pool, int buffer)
      throws DriverException {
    int failed =
        Dpdk.rte_mempool_set_ops_byname(pool, arena.allocateFrom("ring_mp_mc"), MemorySegment.NULL);
    if (failed != 0) {
      throw DpdkErrors.of("rte_mempool_set_ops_byname", "ring_mp_mc", failed);
    }
    MemorySegment own = rte_pktmbuf_pool_private.allocate(arena);
    rte_pktmbuf_pool_private.mbuf_data_room_size(own, (short) buffer);
    Dpdk.rte_pktmbuf_pool_init(pool, own);
    MbufPoolShape shape = shape(pool);
    MemorySegment zone =
        Dpdk.rte_memzone_reserve_aligned(
            name, shape.bytes(), ANY_SOCKET, 0, (int) Math.max(LINE, shape.page()));
    if (zone.address() == 0) {
      throw noMemory("rte_memzone_reserve_aligned", shape.mbufs(), ThreadLocals.errno());
    }
    MemorySegment sized = zone.reinterpret(rte_memzone.sizeof());
    int populated = populate(pool, sized, shape);
    if (populated != shape.mbufs()) {
      Dpdk.rte_memzone_free(zone);
      throw noMemory("rte_mempool_populate_iova", shape.mbufs(), Math.min(populated, 0));
    }
    MemorySegment init = Libraries.LOOKUP.findOrThrow("rte_pktmbuf_init");
    Dpdk.rte_mempool_obj_iter(pool, init, MemorySegment.NULL);
    return new MbufPool(pool, sized, shape);
  }

  private static int populate(MemorySegment pool, MemorySegment zone, MbufPoolShape shape) {
    MemorySegment memory = rte_memzone.addr(zone);
    boolean virtual = Dpdk.rte_eal_iova_mode() == Dpdk.RTE_IOVA_VA();
    return virtual
        ? Dpdk.rte_mempool_populate_iova(
            pool, memory, memory.address(), shape.bytes(), MemorySegment.NULL, MemorySegment.NULL)
        : Dpdk.rte_mempool_populate_virt(
            pool, memory, shape.bytes(), shape.page(), MemorySegment.NULL, MemorySegment.NULL);
  }

  private static DriverException noMemory(String call, int mbufs, int errno) {
    return DpdkErrors.of(
        call,
        mbufs + " mbufs",
        errno == 0 ? Errno.ENOMEM : errno,
        "Ask for fewer by the key \"mbufs\", or give DPDK more memory: \"-m\" in \"eal\", or more"
            + " huge pages.");
  }
}
