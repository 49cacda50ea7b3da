package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Every third frame is sent twice. */
final class DoublingTx extends FrameByFrameTx {
  private int frames;

  DoublingTx(TxQueue queue, Port port) {
    super(queue, port);
  }

  @Override
  boolean frame(Burst burst, int first, int count) {
    boolean twice = ++frames % 3 == 0 && isPlain(burst, first, count);
    byte[] copy = twice ? copy(burst, first) : null;
    if (queue.transmit(burst, first, count) != count) {
      frames--;
      return false;
    }
    if (twice && !also(copy)) {
      frames--;
    }
    return true;
  }
}
