package org.vhostdp.bench.result;

/**
 * Something that was measured.
 *
 * @param key its key in a sample's values
 * @param title for tables and charts
 * @param unit as shown, after {@code scale} has been applied
 * @param scale what a value is divided by before it is shown, such as 1e6 for Mpps
 * @param higherIsBetter otherwise lower is
 */
public record Metric(String key, String title, String unit, double scale, boolean higherIsBetter) {}
