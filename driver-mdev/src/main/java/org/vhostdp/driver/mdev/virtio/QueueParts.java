package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.mdev.nic.QueueWakeup;

/**
 * What a queue works on from start to stop.
 *
 * @param ring its ring
 * @param doorbell tells the device of new work
 * @param frames the memory of its slots
 * @param iova where the device sees them
 * @param slots how they are cut
 * @param wakeup tells the host of new work
 */
record QueueParts(
    Vring ring,
    Doorbell doorbell,
    MemorySegment frames,
    long iova,
    Slots slots,
    QueueWakeup wakeup) {}
