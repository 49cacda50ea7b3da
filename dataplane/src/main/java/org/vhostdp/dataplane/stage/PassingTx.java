package org.vhostdp.dataplane.stage;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A transmit stage that passes everything on; one that extends it changes what is its own. */
public abstract class PassingTx implements TxStage {
  /** The driver's queue, or the stage before it; used by nobody else. */
  protected final TxQueue below;

  /** The same if it is a stage, else null. */
  private final TxStage stage;

  /** Passes on to a queue. */
  protected PassingTx(TxQueue below) {
    this.below = below;
    this.stage = below instanceof TxStage s ? s : null;
  }

  @Override
  public int claim(Burst frames, int max) {
    return below.claim(frames, max);
  }

  @Override
  public int claimLarge(Burst frames) {
    return stage == null ? 0 : stage.claimLarge(frames);
  }

  @Override
  public boolean lendsLarge() {
    return stage != null && stage.lendsLarge();
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    below.unclaim(frames, first, count);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    return below.transmit(frames, first, count);
  }

  @Override
  public Wakeup wakeup() {
    return below.wakeup();
  }

  @Override
  public int pump() {
    return stage == null ? 0 : stage.pump();
  }

  @Override
  public boolean holds() {
    return stage != null && stage.holds();
  }

  @Override
  public void discard() {
    if (stage != null) {
      stage.discard();
    }
  }
}
