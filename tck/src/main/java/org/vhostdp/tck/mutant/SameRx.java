package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** A receive queue that passes everything on; a mutant overrides what it breaks. */
class SameRx implements RxQueue {
  final RxQueue queue;

  SameRx(RxQueue queue) {
    this.queue = queue;
  }

  @Override
  public int receive(Burst frames, int max) {
    return queue.receive(frames, max);
  }

  @Override
  public void release(Burst frames, int first, int count) {
    queue.release(frames, first, count);
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    return queue.receiveInto(buffers, count);
  }

  @Override
  public Wakeup wakeup() {
    return queue.wakeup();
  }
}
