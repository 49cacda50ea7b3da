package org.vhostdp.bench.result;

import java.util.List;
import java.util.Map;

/**
 * One cell of a suite with all its windows.
 *
 * @param name for tables
 * @param parameters what distinguishes it, in the order of the name's words
 * @param samples every window after warm-up, in the order measured
 * @param notes sentences about this row, such as why a side has no figures
 */
public record Row(
    String name, Map<String, String> parameters, List<Sample> samples, List<String> notes) {}
