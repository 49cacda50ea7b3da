package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Accepts one frame and sends it only when the queue is called again. */
final class LazyTx extends SameTx {
  private final Entries of;
  private final int number;
  private final Burst late = new Burst(1);
  private boolean waiting;

  LazyTx(TxQueue queue, Port port, int number) {
    super(queue);
    of = new Entries(port);
    this.number = number;
  }

  private void send() {
    if (waiting) {
      waiting = queue.transmit(late, 0, 1) == 0;
    }
  }

  @Override
  public int claim(Burst frames, int max) {
    send();
    return queue.claim(frames, max);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    send();
    if (count == 1 && !waiting && of.number(frames, first) == number) {
      late.region[0] = frames.region[first];
      late.offset[0] = frames.offset[first];
      late.length[0] = frames.length[first];
      late.flags[0] = frames.flags[first];
      waiting = true;
      return 1;
    }
    return queue.transmit(frames, first, count);
  }
}
