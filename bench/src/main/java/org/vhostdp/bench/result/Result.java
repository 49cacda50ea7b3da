package org.vhostdp.bench.result;

import java.util.List;
import java.util.Map;

/**
 * What one suite measured in one run. The JSON file holds just this.
 *
 * @param schema of the file, {@link #SCHEMA}
 * @param suite such as {@code peers}
 * @param title a heading for people
 * @param command the line that repeats it
 * @param date when it began, ISO 8601 with the zone
 * @param commit revision measured, with {@code +} if files had been changed; empty if unknown
 * @param machine where
 * @param settings whatever holds for all rows
 * @param subject the side whose ratios to the others are shown, or empty if nothing is compared
 * @param metrics in the order of importance
 * @param rows in the order of tables
 * @param notes sentences on how to read it
 */
public record Result(
    int schema,
    String suite,
    String title,
    String command,
    String date,
    String commit,
    Machine machine,
    Map<String, String> settings,
    String subject,
    List<Metric> metrics,
    List<Row> rows,
    List<String> notes) {
  public static final int SCHEMA = 1;
}
