/**
 * Suite {@code jmh}: the parts of the hot path one by one, without a guest, with what they
 * allocate.
 *
 * <ul>
 *   <li>{@link org.vhostdp.bench.jmh.RingBenchmark}: the dataplane's own paths on a {@link
 *       org.vhostdp.bench.jmh.PrivateRing}.
 *   <li>{@link org.vhostdp.bench.jmh.CopyBenchmark}, {@link
 *       org.vhostdp.bench.jmh.ChecksumBenchmark}, {@link org.vhostdp.bench.jmh.ToeplitzBenchmark},
 *       {@link org.vhostdp.bench.jmh.SegmentationBenchmark}, {@link
 *       org.vhostdp.bench.jmh.CoalescingBenchmark}: what is done to each frame.
 *   <li>{@link org.vhostdp.bench.jmh.JmhCommand}: runs them, each in a virtual machine of its own.
 * </ul>
 */
package org.vhostdp.bench.jmh;
