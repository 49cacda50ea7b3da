package org.vhostdp.driver.dpdk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_eth_fp_ops;
import org.vhostdp.driver.dpdk.generated.rte_ethdev_qdata;

/** One queue of a port in both directions. Control threads only. */
final class DpdkQueuePair implements AutoCloseable {
  /** Far more than any device has room for, so that draining has an end. */
  private static final int MOST_DRAINED = 1 << 17;

  private final int index;
  private final DpdkGate gate = new DpdkGate();
  private final DpdkQueueRx rx;
  private final DpdkQueueTx tx;

  DpdkQueuePair(int index, MbufPool pool, DpdkTraffic traffic, MbufChains.Limits limits) {
    this.index = index;
    ReleasedMbufs released = new ReleasedMbufs();
    rx = new DpdkQueueRx(pool, released, gate, traffic.rx());
    tx = new DpdkQueueTx(pool, released, gate, traffic.tx(), limits);
  }

  DpdkQueueRx rx() {
    return rx;
  }

  DpdkQueueTx tx() {
    return tx;
  }

  /**
   * Lets frames flow.
   *
   * @param port started
   * @param drain whether to drop what is there already
   */
  void open(int port, int rxOffloads, boolean drain) {
    MemorySegment functions = Dpdk.rte_eth_fp_ops(port);
    rx.connect(
        rte_eth_fp_ops.rx_pkt_burst(functions), data(rte_eth_fp_ops.rxq(functions)), rxOffloads);
    tx.connect(
        rte_eth_fp_ops.tx_pkt_burst(functions),
        rte_eth_fp_ops.tx_pkt_prepare(functions),
        data(rte_eth_fp_ops.txq(functions)));
    if (drain) {
      rx.drain(MOST_DRAINED);
    }
    rx.wakeup(DpdkWakeup.of(port, index, rx));
    gate.set(true);
  }

  /** Bursts that begin from now on do nothing; those that go on are not waited for. */
  void pause() {
    gate.set(false);
  }

  /** Bursts work again. */
  void resume() {
    gate.set(true);
  }

  /** Lets a device offer room for frames that does so only in a burst; nobody may be in one. */
  void prime() {
    rx.prime();
  }

  /** The queue's data in the table of the port's queues. */
  private long data(MemorySegment queues) {
    MemorySegment table = rte_ethdev_qdata.data(queues);
    return table.reinterpret((index + 1L) * Long.BYTES).getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /** Ends the flow; the port is still started. */
  void shut() {
    if (gate.isOpen()) {
      gate.set(false);
      rx.drain(MOST_DRAINED);
      rx.reset();
      tx.reset();
    }
  }

  @Override
  public void close() {
    shut();
    rx.close();
    tx.close();
  }
}
