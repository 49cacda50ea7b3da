package org.vhostdp.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/** JMH's results in the shape of all suites: a row for each benchmark, a sample for each window. */
final class JmhRows {
  static final List<Metric> METRICS =
      List.of(
          new Metric("ns", "time", "ns/frame", 1, false),
          new Metric("bytes", "allocated", "B/frame", 1, false));

  private static final String SIDE = "vhost-dp";
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /** From here on somebody allocates, be it one object for a burst of 64 frames. */
  private static final double ALLOCATES = 0.2;

  /** Bytes of a window that are JMH's own; it takes some 6 KiB. */
  private static final double OWN = 16 << 10;

  private JmhRows() {}

  static Row of(RunResult result) {
    List<Sample> samples = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult window : fork.getIterationResults()) {
        samples.add(
            new Sample(
                SIDE,
                samples.size(),
                Map.of("ns", window.getPrimaryResult().getScore(), "bytes", allocated(window))));
      }
    }
    BenchmarkParams benchmark = result.getParams();
    return new Row(name(benchmark), parameters(benchmark), samples, List.of());
  }

  /** Bytes for each frame, JMH's own left out: a starved window has few frames to share them. */
  private static double allocated(IterationResult window) {
    double bytes = window.getSecondaryResults().get(ALLOCATED).getScore();
    return Math.max(0, bytes - OWN / window.getMetadata().getAllOps());
  }

  /** Such as {@code Ring frame, split, receive, 64}. */
  static String name(BenchmarkParams benchmark) {
    return String.join(", ", parameters(benchmark).values());
  }

  private static Map<String, String> parameters(BenchmarkParams benchmark) {
    String[] parts = benchmark.getBenchmark().split("\\.");
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("part", parts[parts.length - 2].replace("Benchmark", ""));
    parameters.put("case", parts[parts.length - 1]);
    for (String key : benchmark.getParamsKeys()) {
      parameters.put(key, benchmark.getParam(key));
    }
    return parameters;
  }

  /** Names of the rows that allocated in every window. */
  static List<String> allocating(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.samples().stream().allMatch(s -> s.values().get("bytes") >= ALLOCATES))
        .map(Row::name)
        .toList();
  }
}
