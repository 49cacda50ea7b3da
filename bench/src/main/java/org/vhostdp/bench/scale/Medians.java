package org.vhostdp.bench.scale;

import java.util.OptionalDouble;
import org.vhostdp.bench.result.Row;

/** Medians of samples, for targets. */
public final class Medians {
  private Medians() {}

  /** The median of one side's values in a row, if it has any. */
  public static OptionalDouble of(Row row, String side, String key) {
    double[] sorted =
        row.samples().stream()
            .filter(sample -> sample.side().equals(side) && sample.values().containsKey(key))
            .mapToDouble(sample -> sample.values().get(key))
            .sorted()
            .toArray();
    int n = sorted.length;
    return n == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
  }
}
