package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Every other frame is held back until the next one was sent. */
final class SwappingTx extends FrameByFrameTx {
  private byte[] held;

  SwappingTx(TxQueue queue, Port port) {
    super(queue, port);
  }

  @Override
  boolean frame(Burst burst, int first, int count) {
    if (held == null && isPlain(burst, first, count)) {
      held = copy(burst, first);
      queue.unclaim(burst, first, count);
      return true;
    }
    if (queue.transmit(burst, first, count) != count) {
      return false;
    }
    if (held != null && also(held)) {
      held = null;
    }
    return true;
  }
}
