package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.driver.afxdp.generated.xdp_statistics;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.Statistics;

/**
 * The counters of one queue pair since the port was opened: the driver's own, and the kernel's
 * (XDP_STATISTICS), which begin anew with each socket. Control threads, but the driver's own.
 */
final class AfxdpTraffic {
  private static final String[] NAMES = {
    "rx_dropped_by_socket",
    "rx_invalid_descriptors",
    "tx_invalid_descriptors",
    "rx_ring_full",
    "rx_fill_ring_empty",
    "tx_ring_empty"
  };

  private static final int RX_DROPPED = 0;
  private static final int RX_RING_FULL = 3;

  final AfxdpCounters rx = new AfxdpCounters();
  final AfxdpCounters tx = new AfxdpCounters();
  private final long[] before = new long[NAMES.length];

  /** Adds the kernel's last word about a socket that is about to be closed. */
  void settle(XskSocket socket) {
    read(socket, before);
  }

  /** Adds everything; {@code socket} may be null. */
  void addTo(Statistics out, XskSocket socket) {
    long[] kernel = before.clone();
    if (socket != null) {
      read(socket, kernel);
    }
    out.rxFrames += rx.get(AfxdpCounters.FRAMES);
    out.rxBytes += rx.get(AfxdpCounters.BYTES);
    out.rxDropped += rx.get(AfxdpCounters.DROPPED) + kernel[RX_DROPPED] + kernel[RX_RING_FULL];
    out.rxErrors += rx.get(AfxdpCounters.ERRORS);
    out.txFrames += tx.get(AfxdpCounters.FRAMES);
    out.txBytes += tx.get(AfxdpCounters.BYTES);
    out.txDropped += tx.get(AfxdpCounters.DROPPED);
    out.txErrors += tx.get(AfxdpCounters.ERRORS);
    out.more("rx_longer_than_mtu", rx.get(AfxdpCounters.SPECIAL));
    out.more("rx_checksums_completed", rx.get(AfxdpCounters.COMPLETED));
    out.more("rx_wakeups", rx.get(AfxdpCounters.KICKS));
    out.more("tx_interface_down", tx.get(AfxdpCounters.SPECIAL));
    out.more("tx_wakeups", tx.get(AfxdpCounters.KICKS));
    for (int i = 0; i < NAMES.length; i++) {
      out.more(NAMES[i], kernel[i]);
    }
  }

  private static void read(XskSocket socket, long[] sums) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment now = xdp_statistics.allocate(arena);
      int raw = socket.fd().raw();
      if (Sockets.get(raw, IfXdp.SOL_XDP(), IfXdp.XDP_STATISTICS(), now) < now.byteSize()) {
        return;
      }
      sums[0] += xdp_statistics.rx_dropped(now);
      sums[1] += xdp_statistics.rx_invalid_descs(now);
      sums[2] += xdp_statistics.tx_invalid_descs(now);
      sums[3] += xdp_statistics.rx_ring_full(now);
      sums[4] += xdp_statistics.rx_fill_ring_empty_descs(now);
      sums[5] += xdp_statistics.tx_ring_empty_descs(now);
    }
  }
}
