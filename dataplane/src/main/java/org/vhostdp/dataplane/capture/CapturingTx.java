package org.vhostdp.dataplane.capture;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.PassingTx;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;

/**
 * Copies what the guest sends into a capture, as the guest sent it: the frames that were accepted
 * below. They are copied before they are handed down, since afterwards their bytes are others.
 */
public final class CapturingTx extends PassingTx {
  private final CaptureWriter capture;
  private final CaptureRing ring;
  private final MemorySegment[] frames;

  /**
   * @param below the stage or driver's queue that frames go to
   * @param regions the queue's memory, with that of all stages below
   * @param capture where copies go to; stays open, its caller's
   * @param port the port's name
   * @param queue the guest's queue pair
   */
  public CapturingTx(
      TxQueue below, Regions regions, CaptureWriter capture, String port, int queue) {
    super(below);
    this.frames = regions.segments();
    this.capture = capture;
    this.ring = capture.ring(port, queue, false);
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (ring == null || !ring.begin()) {
      return below.transmit(burst, first, count);
    }
    ring.put(frames, burst, first, count);
    int accepted = below.transmit(burst, first, count);
    ring.commit(accepted);
    return accepted;
  }

  @Override
  public void close() {
    capture.end(ring);
  }
}
