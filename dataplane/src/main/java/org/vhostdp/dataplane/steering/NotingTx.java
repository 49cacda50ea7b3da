package org.vhostdp.dataplane.steering;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.TxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Passes frames on and notes which queue of the guest their flows are sent from. */
final class NotingTx implements TxStage {
  private final QueueChoice choice;
  private final int guest;
  private final TxQueue below;
  private final TxStage stage;
  private final Regions regions;
  private MemorySegment[] frames;

  NotingTx(QueueChoice choice, int guest, TxQueue below, Regions regions) {
    this.choice = choice;
    this.guest = guest;
    this.below = below;
    this.stage = below instanceof TxStage s ? s : null;
    this.regions = regions;
    this.frames = regions.segments();
  }

  @Override
  public int claim(Burst burst, int max) {
    return below.claim(burst, max);
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    below.unclaim(burst, first, count);
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (choice.follows()) {
      note(burst, first, first + count);
    }
    return below.transmit(burst, first, count);
  }

  /** Before they are passed on: afterwards they are the driver's. */
  private void note(Burst burst, int first, int end) {
    boolean begins = true;
    for (int i = first; i < end; i++) {
      if (begins) {
        int region = burst.region[i];
        if (region >= frames.length) {
          // A stage below added memory after this one was built; once.
          frames = regions.segments();
        }
        choice.sent(guest, frames[region], burst.offset[i], burst.length[i]);
      }
      begins = (burst.flags[i] & Offload.MORE) == 0;
    }
  }

  @Override
  public int completed(Burst burst, int max) {
    return below.completed(burst, max);
  }

  @Override
  public Wakeup wakeup() {
    return below.wakeup();
  }

  @Override
  public int claimLarge(Burst burst) {
    return stage == null ? 0 : stage.claimLarge(burst);
  }

  @Override
  public boolean lendsLarge() {
    return stage != null && stage.lendsLarge();
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
