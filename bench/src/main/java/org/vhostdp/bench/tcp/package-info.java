/**
 * The suite {@code tcp}: what one TCP connection reaches between a real guest and the host, through
 * vhost-dp's TAP driver and through the TAP back-end that the guest's own hypervisor has.
 *
 * <p>A {@link org.vhostdp.bench.tcp.Bed} is a booted guest with one back-end in a network namespace
 * of its own; a {@link org.vhostdp.bench.tcp.Window} is one run of iperf3 on it, in one {@link
 * org.vhostdp.bench.tcp.Direction}. Each {@link org.vhostdp.bench.tcp.Side} gets a fresh bed in
 * each round.
 */
package org.vhostdp.bench.tcp;
