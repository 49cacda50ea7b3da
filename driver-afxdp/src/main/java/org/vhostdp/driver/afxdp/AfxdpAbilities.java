package org.vhostdp.driver.afxdp;

import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;

/** What a port declares, from what its interface and its first socket can do. */
final class AfxdpAbilities {
  /** Greatest MTU where frames may take several buffers. */
  private static final int MOST_MTU = 9216;

  private static final int MOST_SEGMENTS = 16;
  private static final int MOST_LENT = 256;

  private AfxdpAbilities() {}

  /** The abilities of a port of these, constant while it is open. */
  static Capabilities of(AfxdpParts parts, XskSockets sockets) throws DriverException {
    AfxdpOptions options = parts.options();
    int there = parts.device().receiveQueues() - options.firstQueue();
    int most = options.fds().isEmpty() ? Math.min(options.queues(), there) : options.fds().size();
    int mtu = sockets.isMultiBuffer() ? MOST_MTU : TxFrames.ROOM - AfxdpPort.HEADERS;
    int lent = Math.min(MOST_LENT, sockets.memory().half() / 2);
    boolean completes = parts.completesChecksums();
    return Capabilities.builder()
        .maxQueuePairs(Math.max(1, most))
        .offloads(
            sockets.hasChecksum() ? Offload.CSUM_PARTIAL : 0, completes ? Offload.CSUM_PARTIAL : 0)
        .mtu(68, mtu)
        .frames(mtu + AfxdpPort.HEADERS, TxFrames.ROOM, sockets.isMultiBuffer() ? MOST_SEGMENTS : 1)
        .lent(lent, lent)
        .live(Capabilities.LIVE_MTU | Capabilities.LIVE_MAC)
        .build();
  }
}
