package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Every third frame is accepted and gone. */
final class LossyTx extends FrameByFrameTx {
  private int frames;

  LossyTx(TxQueue queue, Port port) {
    super(queue, port);
  }

  @Override
  boolean frame(Burst burst, int first, int count) {
    if (++frames % 3 == 0 && isPlain(burst, first, count)) {
      queue.unclaim(burst, first, count);
      return true;
    }
    return queue.transmit(burst, first, count) == count;
  }
}
