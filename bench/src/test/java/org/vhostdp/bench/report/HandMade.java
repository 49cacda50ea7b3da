package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.result.Machine;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/** Results whose figures are known. */
final class HandMade {
  static final String OURS = "vhost-dp";
  static final String PEER = "testpmd";
  static final Metric PPS = new Metric("pps", "delivered", "Mpps", 1e6, true);
  static final Metric BUSY = new Metric("busy", "back-end busy", "ns/frame", 1, false);

  private static final int[] SIZES = {64, 256, 1500};

  private HandMade() {}

  /**
   * Twelve rows, four rounds of both sides. Row i, round r: testpmd moves 10 + i + 2r Mpps at 20
   * ns, vhost-dp 20 % more at half the time.
   */
  static Result peers() {
    List<Row> rows = new ArrayList<>();
    for (String ring : List.of("split", "packed")) {
      for (String direction : List.of("guest to host", "host to guest")) {
        for (int size : SIZES) {
          rows.add(row(rows.size(), ring + ", " + direction + ", " + size));
        }
      }
    }
    return result("peers", "vhost-dp beside DPDK's vhost", List.of(PPS, BUSY), rows, List.of());
  }

  private static Row row(int index, String name) {
    List<Sample> samples = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      double pps = (10 + index + 2 * round) * 1e6;
      samples.add(sample(OURS, round, pps * 1.2, 10));
      samples.add(sample(PEER, round, pps, 20));
    }
    return new Row(name, Map.of("row", "" + index), samples, List.of());
  }

  static Sample sample(String side, int round, double pps, double busy) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("pps", pps);
    values.put("busy", busy);
    return new Sample(side, round, values);
  }

  static Sample sample(String side, int round, double pps) {
    return new Sample(side, round, Map.of("pps", pps));
  }

  /** One row with the values of {@link #PPS} in Mpps, of one side, a round each. */
  static Row row(String name, String side, double... mpps) {
    List<Sample> samples = new ArrayList<>();
    for (int round = 0; round < mpps.length; round++) {
      samples.add(sample(side, round, mpps[round] * 1e6));
    }
    return new Row(name, Map.of(), samples, List.of());
  }

  /** Both rows' samples in one. */
  static Row join(Row first, Row second) {
    List<Sample> samples = new ArrayList<>(first.samples());
    samples.addAll(second.samples());
    return new Row(first.name(), first.parameters(), samples, first.notes());
  }

  static Result result(
      String suite, String title, List<Metric> metrics, List<Row> rows, List<String> notes) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", "4 of each side, 300 ms");
    settings.put("back-end", "core 0");
    return new Result(
        Result.SCHEMA,
        suite,
        title,
        "bench/run " + suite + " --rounds 4",
        "2026-11-22T18:00:00Z",
        "a51402f012+",
        new Machine("Quick & Small 9000", 2, 8L << 30, true, "6.18.0", "Temurin 25.0.3", "22.11"),
        settings,
        OURS,
        metrics,
        rows,
        notes);
  }
}
