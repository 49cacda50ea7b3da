package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A transmit queue that passes everything on; a mutant overrides what it breaks. */
class SameTx implements TxQueue {
  final TxQueue queue;

  SameTx(TxQueue queue) {
    this.queue = queue;
  }

  @Override
  public int claim(Burst frames, int max) {
    return queue.claim(frames, max);
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    queue.unclaim(frames, first, count);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    return queue.transmit(frames, first, count);
  }

  @Override
  public int completed(Burst frames, int max) {
    return queue.completed(frames, max);
  }

  @Override
  public Wakeup wakeup() {
    return queue.wakeup();
  }
}
