package org.vhostdp.driver.afpacket;

import org.vhostdp.spi.Statistics;

/**
 * The counters of one queue pair since the port was opened.
 *
 * @param tx frames towards the interface
 * @param rx frames from the interface
 */
record PacketTraffic(PacketCounters tx, PacketCounters rx) {
  PacketTraffic() {
    this(new PacketCounters(), new PacketCounters());
  }

  void addTo(Statistics out) {
    long kernel = rx.get(PacketCounters.KERNEL);
    out.rxFrames += rx.get(PacketCounters.FRAMES);
    out.rxBytes += rx.get(PacketCounters.BYTES);
    out.rxDropped += rx.get(PacketCounters.DROPPED) + kernel;
    out.rxErrors += rx.get(PacketCounters.ERRORS);
    out.txFrames += tx.get(PacketCounters.FRAMES);
    out.txBytes += tx.get(PacketCounters.BYTES);
    out.txDropped += tx.get(PacketCounters.DROPPED);
    out.txErrors += tx.get(PacketCounters.ERRORS);
    out.more("rx_ring_full", kernel);
    out.more("rx_too_long", rx.get(PacketCounters.SPECIAL));
    out.more("rx_offload_unfit", rx.get(PacketCounters.UNFIT));
    out.more("rx_large", rx.get(PacketCounters.SINGLE));
    out.more("tx_interface_down", tx.get(PacketCounters.SPECIAL));
    out.more("tx_single", tx.get(PacketCounters.SINGLE));
  }
}
