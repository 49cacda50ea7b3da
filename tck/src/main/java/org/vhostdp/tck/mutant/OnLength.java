package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;

/** Does something when a frame of a certain length is transmitted. Never looks at its bytes. */
final class OnLength extends SameTx {
  private final int length;
  private final Runnable act;

  OnLength(TxQueue queue, int length, Runnable act) {
    super(queue);
    this.length = length;
    this.act = act;
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    if (count > 0 && frames.length[first] == length) {
      act.run();
    }
    return queue.transmit(frames, first, count);
  }
}
