package org.vhostdp.dataplane.steering;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.PassingTx;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;

/** Passes frames on and notes which queue of the guest their flows are sent from. */
final class NotingTx extends PassingTx {
  private final QueueChoice choice;
  private final int guest;
  private final Regions regions;
  private MemorySegment[] frames;

  NotingTx(QueueChoice choice, int guest, TxQueue below, Regions regions) {
    super(below);
    this.choice = choice;
    this.guest = guest;
    this.regions = regions;
    this.frames = regions.segments();
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
}
