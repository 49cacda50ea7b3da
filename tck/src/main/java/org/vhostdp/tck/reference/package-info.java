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
 *   <li>{@code source}: every receive finds frames, all alike; transmits as in {@code sink}.
 * </ul>
 *
 * <h2>How it is built</h2>
 *
 * <p>{@link org.vhostdp.tck.reference.LoopbackPort} maps one region at start: {@code depth} frames
 * to claim for every transmit queue, then {@code depth} frames that arrive for every receive queue.
 * A transmit copies each frame, claimed or foreign, into the next free slot of the receive queue's
 * {@link org.vhostdp.tck.reference.Arrivals}; so foreign frames are the caller's again when
 * transmit returns. A frame keeps its offload metadata on the way, and the receiving queue undoes
 * what its port's settings do not allow: a missing checksum is completed, a tag is put into the
 * bytes, a frame that would have to be segmented is dropped and counted as {@code gso_unsupported}.
 *
 * <p>When a receive queue is full, {@code full = wait} (the default) refuses the frame with {@link
 * org.vhostdp.spi.Burst#FULL}, so that nothing is lost; {@code full = drop} accepts it and counts
 * it as dropped by the receiver, as a real wire would.
 *
 * <h2>What happens to a caller that breaks the rules</h2>
 *
 * <p>No burst method throws, unless it is given indices outside its burst. A frame given back
 * twice, out of order or never lent changes nothing and is counted as {@code lending_errors}; one
 * that is transmitted without having been claimed is refused with {@link
 * org.vhostdp.spi.Burst#BAD_MEMORY}, and so is a burst that ends inside a frame, with {@link
 * org.vhostdp.spi.Burst#REFUSED}. Frames still lent at stop are reported to the host's log.
 */
package org.vhostdp.tck.reference;
