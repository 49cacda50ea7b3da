/**
 * Stages: what may stand between a ring's path and the driver's queue. A stage looks like a queue
 * to what is above it and uses the queue below it, so a port without services has none of them and
 * pays for none of them.
 *
 * <p>From the guest down: capture, offload, shaping, steering, the driver. A stage belongs to the
 * IO thread of its pair, never blocks and never allocates on the way of frames. Stages know more of
 * each other than a driver knows of its host: a receive stage is asked for frames only when
 * everything it gave was released.
 */
package org.vhostdp.dataplane.stage;
