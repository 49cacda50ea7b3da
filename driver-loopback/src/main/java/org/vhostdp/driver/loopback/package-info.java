/**
 * The reference driver {@code loopback}: frames never leave the process.
 *
 * <h2>Modes</h2>
 *
 * <ul>
 *   <li>{@code loopback}: what queue i transmits is received on queue i of the same port.
 *   <li>{@code pair}: two ports that name the same {@code wire} are its two ends. The link is up
 *       while both are open; frames sent while the other end is not started are lost and counted.
 *   <li>{@code sink}: what is transmitted is counted and forgotten; nothing is received.
 *   <li>{@code source}: every receive finds frames, all alike, or with {@code frame-mix} of three
 *       lengths in no order; transmits as in {@code sink}.
 *   <li>{@code reflect}: each queue returns what it was given, in place: the frame's memory moves
 *       from the transmit to the receive queue of the same number, nothing is copied.
 * </ul>
 *
 * <h2>How it is built</h2>
 *
 * <p>{@link org.vhostdp.driver.loopback.LoopbackPort} maps one region at start: {@code depth}
 * frames to claim for every transmit queue, then {@code depth} frames that arrive for every receive
 * queue. A transmit copies each frame, claimed or foreign, into the next free slot of the receive
 * queue's {@link org.vhostdp.driver.loopback.Arrivals}; so foreign frames are the caller's again
 * when transmit returns. A frame keeps its offload metadata on the way, and the receiving queue
 * undoes what its port's settings do not allow: a missing checksum is completed, a tag is put into
 * the bytes, a frame that would have to be segmented is dropped and counted as {@code
 * gso_unsupported}.
 *
 * <p>When a receive queue is full, {@code full = wait} (the default) refuses the frame with {@link
 * org.vhostdp.spi.Burst#FULL}, so that nothing is lost; {@code full = drop} accepts it and counts
 * it as dropped by the receiver, as a real wire would.
 *
 * <p>A port of mode {@code pair} that is opened with {@code pull} pulls the wire out from under the
 * two ports that are on it, as one pulls a device out of a running machine: they report it, their
 * burst methods return 0, and they can only be closed. That shows what a host does then.
 *
 * <p>Rates can be limited ({@link org.vhostdp.spi.Shaping}) in the modes that have a wire: a frame
 * above the rate is refused with {@code FULL}, or is received later. The limits outlast stop and
 * start.
 *
 * <p>In mode {@code reflect} the two queues of a pair share {@code depth} frames that go round
 * ({@link org.vhostdp.driver.loopback.Reflection}): claimed, transmitted, received, released, and
 * claimed again, always in this order. So a queue is full when a claim lends nothing, and no frame
 * that was claimed finds the queue full. Frames are to be transmitted in the order claimed, and
 * only the newest can be given back: a host that drops one gives back those after it, too. Frames
 * for a queue that is not active wait there. There are no offloads, no foreign memory and no
 * steering, and a frame is one entry.
 *
 * <h2>What happens to a caller that breaks the rules</h2>
 *
 * <p>No burst method throws, unless it is given indices outside its burst. A frame given back
 * twice, out of order or never lent changes nothing and is counted as {@code lending_errors}; one
 * that is transmitted without having been claimed is refused with {@link
 * org.vhostdp.spi.Burst#BAD_MEMORY}, and so is a burst that ends inside a frame, with {@link
 * org.vhostdp.spi.Burst#REFUSED}. A frame that {@code reflect} is given before an older one is
 * both: refused with {@code REFUSED}, and counted. Frames still lent at stop are reported to the
 * host's log.
 */
package org.vhostdp.driver.loopback;
