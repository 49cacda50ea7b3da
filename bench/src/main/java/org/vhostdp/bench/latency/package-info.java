/**
 * Suite {@code latency}: how long a frame takes to a back-end and back, at fixed offered loads.
 *
 * <ul>
 *   <li>{@link org.vhostdp.bench.latency.Schedule}: when each frame is due. A round trip counts
 *       from there, not from when the client got around to sending, so a pause delays every frame
 *       that fell into it (correction for coordinated omission).
 *   <li>{@link org.vhostdp.bench.latency.Exchange}: the client's loop over a {@link
 *       org.vhostdp.bench.latency.Wire}; {@link org.vhostdp.bench.latency.Window} is what it found.
 *   <li>{@link org.vhostdp.bench.latency.Attachment}: a back-end with the client's device on it.
 *   <li>{@link org.vhostdp.bench.latency.LatencyCommand}: the rounds.
 * </ul>
 */
package org.vhostdp.bench.latency;
