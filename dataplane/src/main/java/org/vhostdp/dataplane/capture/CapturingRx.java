package org.vhostdp.dataplane.capture;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Copies what goes to the guest into a capture, as the guest will receive it. */
public final class CapturingRx implements RxStage {
  private final RxQueue below;
  private final CaptureWriter capture;
  private final CaptureRing ring;
  private final MemorySegment[] frames;

  /**
   * @param below the stage or driver's queue that frames come from
   * @param regions the queue's memory, with that of all stages below
   * @param capture where copies go to; stays open, its caller's
   * @param port the port's name
   * @param queue the guest's queue pair
   */
  public CapturingRx(
      RxQueue below, Regions regions, CaptureWriter capture, String port, int queue) {
    this.below = below;
    this.frames = regions.segments();
    this.capture = capture;
    this.ring = capture.ring(port, queue, true);
  }

  @Override
  public int receive(Burst burst, int max) {
    int n = below.receive(burst, max);
    if (n > 0 && ring != null && ring.begin()) {
      ring.put(frames, burst, 0, n);
      ring.commit(n);
    }
    return n;
  }

  @Override
  public void release(Burst burst, int first, int count) {
    below.release(burst, first, count);
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

  @Override
  public void close() {
    capture.end(ring);
  }
}
