package org.vhostdp.driver.dpdk;

/**
 * How mbufs lie in the pool's memory: each a header of the mempool's, struct rte_mbuf, and its
 * buffer.
 *
 * @param mbufs how many
 * @param room bytes of data in each, beside the headroom
 * @param step bytes from one to the next, a multiple of 64
 * @param page bytes of the pages whose borders no mbuf may cross, a power of two; 0 if it may
 */
record MbufPoolShape(int mbufs, int room, int step, long page) {
  /** Mbufs of a page; all of them if pages do not matter. */
  int perPage() {
    return page == 0 ? mbufs : (int) (page / step);
  }

  /** Bytes that all take, beginning at the border of a page. */
  long bytes() {
    return page == 0 ? (long) mbufs * step : ((long) mbufs + perPage() - 1) / perPage() * page;
  }
}
