package org.vhostdp.driver.netmap;

import org.vhostdp.spi.Statistics;

/**
 * The counters of one queue pair since the port was opened.
 *
 * @param tx frames towards the port
 * @param rx frames from the port
 */
record NetmapTraffic(NetmapCounters tx, NetmapCounters rx) {
  NetmapTraffic() {
    this(new NetmapCounters(), new NetmapCounters());
  }

  void addTo(Statistics out) {
    out.rxFrames += rx.get(NetmapCounters.FRAMES);
    out.rxBytes += rx.get(NetmapCounters.BYTES);
    out.rxDropped += rx.get(NetmapCounters.DROPPED);
    out.rxErrors += rx.get(NetmapCounters.ERRORS);
    out.txFrames += tx.get(NetmapCounters.FRAMES);
    out.txBytes += tx.get(NetmapCounters.BYTES);
    out.txDropped += tx.get(NetmapCounters.DROPPED);
    out.txErrors += tx.get(NetmapCounters.ERRORS);
    out.more("rx_offload_unfit", rx.get(NetmapCounters.UNFIT));
    out.more("rx_syncs", rx.get(NetmapCounters.SYNCS));
    out.more("rx_swaps", rx.get(NetmapCounters.SWAPS));
    out.more("tx_syncs", tx.get(NetmapCounters.SYNCS));
    out.more("tx_swaps", tx.get(NetmapCounters.SWAPS));
  }
}
