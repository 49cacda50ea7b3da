package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.vhostdp.driver.mdev.vfio.DeviceRegion;

/** Where a device is told of new work on a queue (section 4.1.4.4). The queue's thread. */
final class Doorbell {
  private static final VarHandle WORD = ValueLayout.JAVA_SHORT.varHandle();

  private final short queue;
  private final MemorySegment mapped;
  private final DeviceRegion region;
  private final long at;

  /**
   * @param mapped the two bytes of the doorbell, or null to write to the region
   */
  Doorbell(int queue, MemorySegment mapped, DeviceRegion region, long at) {
    this.queue = (short) queue;
    this.mapped = mapped;
    this.region = region;
    this.at = at;
  }

  /** Release: the ring was written before, and the device may look at it now. */
  void ring() {
    if (mapped != null) {
      WORD.setRelease(mapped, 0L, queue);
    } else {
      region.write16(at, queue);
    }
  }
}
