package org.vhostdp.dataplane.port;

import java.lang.foreign.MemorySegment;

/**
 * The way between a ring and the driver: the uppermost stage's queue, or the driver's own.
 *
 * @param <Q> RxQueue or TxQueue
 * @param queue what the ring's path uses
 * @param frames memory of frames, by region id
 * @param maxFrame most bytes of a frame
 * @param maxSegments most entries of a frame
 * @param direct whether it is the driver's own queue, which may use guest memory it was lent
 */
record QueueWay<Q>(
    Q queue, MemorySegment[] frames, int maxFrame, int maxSegments, boolean direct) {}
