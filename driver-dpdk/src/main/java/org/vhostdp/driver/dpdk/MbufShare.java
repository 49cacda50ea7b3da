package org.vhostdp.driver.dpdk;

import java.util.Map;
import org.vhostdp.driver.dpdk.eal.ProcessState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The part of the process's mbufs that a port may need at most, so that no queue can starve another
 * one. Control threads.
 */
final class MbufShare implements AutoCloseable {
  private static final String KEY = "promised";

  private final MbufPool pool;
  private final int each;
  private int held;

  /**
   * @param descriptors of each queue and direction
   */
  MbufShare(MbufPool pool, int descriptors) {
    this.pool = pool;
    // In the device both ways, or in the wire's rings; lent both ways; at hand for both queues, and
    // on the way from one to the other.
    each =
        3 * descriptors
            + TxClaims.MOST
            + DpdkQueueRx.MOST_LENT
            + 2 * MbufPools.CACHE * 3 / 2
            + ReleasedMbufs.MOST;
  }

  /** Queue pairs that the whole pool is enough for. */
  int most() {
    return Math.max(1, pool.count() / each);
  }

  /**
   * Reserves for so many pairs instead of what was reserved.
   *
   * @throws DriverException if the pool is not that large; the former number stays
   */
  void resize(int pairs) throws DriverException {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      long promised = (long) state.getOrDefault(KEY, 0L) - held;
      long wanted = (long) pairs * each;
      if (promised + wanted > pool.count() && wanted > held) {
        throw new DriverException(
            Reason.RESOURCES,
            "%d queue pairs need %d mbufs, and %d of the process's %d are left (ENOMEM)."
                .formatted(pairs, wanted, pool.count() - promised, pool.count()),
            "Raise \"mbufs\", or lower \"descriptors\", in all sections of the driver dpdk.");
      }
      state.put(KEY, promised + wanted);
      held = (int) wanted;
    }
  }

  @Override
  public void close() {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      state.put(KEY, (long) state.getOrDefault(KEY, 0L) - held);
      held = 0;
    }
  }
}
