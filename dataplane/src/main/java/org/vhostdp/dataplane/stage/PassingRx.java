package org.vhostdp.dataplane.stage;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** A receive stage that passes everything on; one that extends it changes what is its own. */
public abstract class PassingRx implements RxStage {
  /** The driver's queue, or the stage before it; used by nobody else. */
  protected final RxQueue below;

  /** Passes on from a queue. */
  protected PassingRx(RxQueue below) {
    this.below = below;
  }

  @Override
  public int receive(Burst frames, int max) {
    return below.receive(frames, max);
  }

  @Override
  public void release(Burst frames, int first, int count) {
    below.release(frames, first, count);
  }

  @Override
  public Wakeup wakeup() {
    return below.wakeup();
  }

  @Override
  public void discard() {
    if (below instanceof RxStage stage) {
      stage.discard();
    }
  }
}
