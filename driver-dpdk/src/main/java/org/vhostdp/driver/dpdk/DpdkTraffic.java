package org.vhostdp.driver.dpdk;

import org.vhostdp.spi.Statistics;

/** What a queue pair has counted since the port was opened; outlives the pair's queues. */
record DpdkTraffic(DpdkCounters rx, DpdkCounters tx) {
  DpdkTraffic() {
    this(new DpdkCounters(), new DpdkCounters());
  }

  void addTo(Statistics out) {
    out.rxFrames += rx.get(DpdkCounters.FRAMES);
    out.rxBytes += rx.get(DpdkCounters.BYTES);
    out.rxDropped += rx.get(DpdkCounters.DROPPED);
    out.rxErrors += rx.get(DpdkCounters.ERRORS);
    out.txFrames += tx.get(DpdkCounters.FRAMES);
    out.txBytes += tx.get(DpdkCounters.BYTES);
    out.txErrors += tx.get(DpdkCounters.ERRORS);
    out.more("rx_outside_the_pool", rx.get(DpdkCounters.ELSEWHERE));
  }
}
