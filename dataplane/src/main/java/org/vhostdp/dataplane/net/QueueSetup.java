package org.vhostdp.dataplane.net;

import org.vhostdp.dataplane.ring.DeviceRing;

/**
 * What a queue needs to run.
 *
 * @param ring attached to nobody else
 * @param features negotiated feature bits
 * @param interrupt descriptor that interrupts the guest, or -1; stays the caller's
 * @param counters of this queue
 * @param maxFrame most bytes of a frame in this direction, GSO included
 * @param lent ids of guest memory regions lent to the driver, by region index; null if none is
 */
public record QueueSetup(
    DeviceRing ring,
    long features,
    int interrupt,
    QueueCounters counters,
    int maxFrame,
    int[] lent) {

  int header() {
    return Features.headerBytes(features);
  }
}
