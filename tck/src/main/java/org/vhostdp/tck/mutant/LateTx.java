package org.vhostdp.tck.mutant;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Tells of foreign frames by completed, although a synchronous driver has them already. */
class LateTx extends SameTx {
  final Deque<Long> waiting = new ArrayDeque<>();

  LateTx(TxQueue queue) {
    super(queue);
  }

  /** Whether this frame is told of. */
  boolean tells(Burst frames, int i) {
    return true;
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    int taken = queue.transmit(frames, first, count);
    for (int i = first; i < first + taken; i++) {
      // The kit lends no region of the port's own number 0.
      if (frames.region[i] != 0 && tells(frames, i)) {
        waiting.add(frames.cookie[i]);
      }
    }
    return taken;
  }

  @Override
  public int completed(Burst frames, int max) {
    int n = 0;
    while (n < max && !waiting.isEmpty()) {
      frames.cookie[n++] = waiting.poll();
    }
    return n;
  }

  /** What a port can do, but that its foreign frames come back at once. */
  static Capabilities asynchronous(Port port) {
    Capabilities can = port.capabilities();
    return Capabilities.builder()
        .maxQueuePairs(can.maxQueuePairs())
        .offloads(can.txOffloads(), can.rxOffloads())
        .mtu(can.minMtu(), can.maxMtu())
        .frames(can.maxFrame(), can.frameRoom(), can.maxSegments())
        .lent(can.txLent(), can.rxLent())
        .features(can.features() & ~Capabilities.FOREIGN_TX_SYNCHRONOUS)
        .live(can.live())
        .build();
  }
}
