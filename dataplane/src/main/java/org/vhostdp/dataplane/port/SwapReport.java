package org.vhostdp.dataplane.port;

/**
 * What a live change of the driver was like.
 *
 * @param from the section it left
 * @param to the section it uses now
 * @param outageNanos nanoseconds in which no ring ran
 * @param framesLost frames that were on their way between ring and driver and are counted as
 *     dropped
 */
public record SwapReport(String from, String to, long outageNanos, long framesLost) {}
