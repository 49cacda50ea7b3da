package org.vhostdp.driver.mdev.virtio;

import org.vhostdp.driver.mdev.nic.Counters;
import org.vhostdp.spi.Statistics;

/**
 * A queue pair: its queues, from configure on, and what they counted since open.
 *
 * @param rx receives
 * @param tx sends
 */
record VirtioPair(VirtioRx rx, VirtioTx tx) {
  /**
   * The counters of a queue pair.
   *
   * @param rx of frames received
   * @param tx of frames sent
   */
  record Traffic(Counters rx, Counters tx) {
    Traffic() {
      this(new Counters(), new Counters());
    }

    void addTo(Statistics out) {
      out.rxFrames += rx.get(Counters.FRAMES);
      out.rxBytes += rx.get(Counters.BYTES);
      out.rxDropped += rx.get(Counters.DROPPED);
      out.rxErrors += rx.get(Counters.ERRORS);
      out.txFrames += tx.get(Counters.FRAMES);
      out.txBytes += tx.get(Counters.BYTES);
      out.txDropped += tx.get(Counters.DROPPED);
      out.txErrors += tx.get(Counters.ERRORS);
      out.more("rx_kicks", rx.get(Counters.KICKS));
      out.more("tx_kicks", tx.get(Counters.KICKS));
    }
  }
}
