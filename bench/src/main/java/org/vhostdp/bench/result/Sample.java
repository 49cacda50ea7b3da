package org.vhostdp.bench.result;

import java.util.Map;

/**
 * One window of one side.
 *
 * @param side who was measured, such as {@code vhost-dp} or {@code testpmd}
 * @param round rounds alternate the sides; samples of one round are compared with one another
 * @param values by {@link Metric#key}; a value that could not be had is absent
 */
public record Sample(String side, int round, Map<String, Double> values) {}
