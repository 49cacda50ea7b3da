package org.vhostdp.dataplane.capture;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.PassingRx;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;

/** Copies what goes to the guest into a capture, as the guest will receive it. */
public final class CapturingRx extends PassingRx {
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
    super(below);
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
  public void close() {
    capture.end(ring);
  }
}
