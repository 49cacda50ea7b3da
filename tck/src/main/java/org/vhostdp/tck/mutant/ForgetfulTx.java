package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Accepts one frame and does not send it. */
final class ForgetfulTx extends SameTx {
  private final Entries of;
  private final int number;

  ForgetfulTx(TxQueue queue, Port port, int number) {
    super(queue);
    of = new Entries(port);
    this.number = number;
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      if (of.number(frames, i) == number) {
        int before = i - first;
        int accepted = queue.transmit(frames, first, before);
        if (accepted < before) {
          return accepted;
        }
        queue.unclaim(frames, i, 1);
        return before + 1 + queue.transmit(frames, i + 1, count - before - 1);
      }
    }
    return queue.transmit(frames, first, count);
  }
}
