package org.vhostdp.driver.tap;

import org.vhostdp.spi.Statistics;

/**
 * The counters of one queue pair since the port was opened.
 *
 * @param tx frames towards the kernel
 * @param rx frames from the kernel
 */
record TapTraffic(TapCounters tx, TapCounters rx) {
  TapTraffic() {
    this(new TapCounters(), new TapCounters());
  }

  void addTo(Statistics out) {
    out.rxFrames += rx.get(TapCounters.FRAMES);
    out.rxBytes += rx.get(TapCounters.BYTES);
    out.rxDropped += rx.get(TapCounters.DROPPED);
    out.rxErrors += rx.get(TapCounters.ERRORS);
    out.txFrames += tx.get(TapCounters.FRAMES);
    out.txBytes += tx.get(TapCounters.BYTES);
    out.txDropped += tx.get(TapCounters.DROPPED);
    out.txErrors += tx.get(TapCounters.ERRORS);
    out.more("rx_offload_withdrawn", rx.get(TapCounters.SPECIAL));
    out.more("tx_interface_down", tx.get(TapCounters.SPECIAL));
    out.more("tx_uring_bursts", tx.get(TapCounters.RING_BURSTS));
    out.more("tx_uring_refused", tx.get(TapCounters.RING_REFUSED));
  }
}
