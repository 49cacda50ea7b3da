package org.vhostdp.driver.mdev.nic;

import org.vhostdp.spi.Statistics;

/**
 * The counters of a queue pair, since its NIC was made.
 *
 * @param rx of frames received
 * @param tx of frames sent
 */
public record Traffic(Counters rx, Counters tx) {
  public Traffic() {
    this(new Counters(), new Counters());
  }

  /** Adds what was counted; any thread. */
  public void addTo(Statistics out) {
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
