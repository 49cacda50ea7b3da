package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.bench.report.HandMade.OURS;
import static org.vhostdp.bench.report.HandMade.PEER;
import static org.vhostdp.bench.report.HandMade.PPS;
import static org.vhostdp.bench.report.HandMade.join;
import static org.vhostdp.bench.report.HandMade.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;

class TextTableTest {
  private static List<String> lines(Result result) {
    return TextTable.of(result).lines().toList();
  }

  /** The words of the first line that begins with a text. */
  private static List<String> words(Result result, String start) {
    String line =
        lines(result).stream().filter(text -> text.startsWith(start)).findFirst().orElseThrow();
    return List.of(line.substring(start.length()).strip().split("\\s+"));
  }

  @Test
  void aRowHasBothMediansAndTheRatioOfEachMetric() {
    assertEquals(
        List.of("15.6", "13.0", "1.20", "(1.20..1.20)", "10.0", "20.0", "0.50", "(0.50..0.50)"),
        words(HandMade.peers(), "split, guest to host, 64 "));
    assertEquals(
        List.of("28.8", "24.0", "1.20", "(1.20..1.20)", "10.0", "20.0", "0.50", "(0.50..0.50)"),
        words(HandMade.peers(), "packed, host to guest, 1500 "));
  }

  @Test
  void theHeadNamesMachineDateRevisionCommandAndSettings() {
    String table = TextTable.of(HandMade.peers());
    for (String part :
        List.of(
            "vhost-dp beside DPDK's vhost",
            "2 virtual cores of Quick & Small 9000, 8 GiB",
            "2026-11-22T18:00:00Z, commit a51402f012 with changes",
            "bench/run peers --rounds 4",
            "4 of each side, 300 ms",
            "core 0")) {
      assertTrue(table.contains(part), part);
    }
  }

  @Test
  void twoMetricsOfTwoSidesFitAndColumnsAreAligned() {
    List<String> lines = lines(HandMade.peers());
    int title = 0;
    while (!lines.get(title).contains("delivered, Mpps")) {
      title++;
    }
    List<String> table = lines.subList(title + 1, title + 14);
    int width = table.getFirst().length();
    assertTrue(width <= 140, "" + width);
    assertTrue(table.stream().allMatch(line -> line.length() == width), table.toString());
    assertEquals(
        List.of(OURS, PEER, "ratio", OURS, PEER, "ratio"),
        List.of(table.getFirst().strip().split("\\s+")));
  }

  @Test
  void metricsBeyondTheWidthStartATableOfTheirOwn() {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      metrics.add(new Metric("pps", "percentile " + i, "us", 1e6, false));
    }
    Result all = HandMade.peers();
    Result wide = HandMade.result("latency", "Latency", metrics, all.rows(), List.of());
    List<String> lines = lines(wide);
    assertTrue(lines.stream().allMatch(line -> line.length() <= TextTable.WIDTH));
    assertEquals(
        3, lines.stream().filter(line -> line.startsWith("split, guest to host, 64 ")).count());
    for (Metric metric : metrics) {
      assertTrue(lines.stream().anyMatch(line -> line.contains(metric.title() + ", us")));
    }
  }

  @Test
  void oneSideAloneShowsItsSpread() {
    Result alone =
        HandMade.result("s", "t", List.of(PPS), List.of(row("a", OURS, 4, 1, 3, 2)), List.of());
    assertEquals(List.of("2.50", "1.75..3.25"), words(alone, "a "));
  }

  @Test
  void whatIsAbsentIsADashAndWhatNoRowHasIsNoColumn() {
    Row both = join(row("both", OURS, 2), row("both", PEER, 1));
    Row none = new Row("none", Map.of(), List.of(), List.of("It did\nnot start."));
    Result result =
        HandMade.result(
            "s",
            "t",
            List.of(PPS, HandMade.BUSY),
            List.of(both, row("ours", OURS, 5), none),
            List.of("A note."));
    assertEquals(List.of("2.00", "1.00", "2.00"), words(result, "both "));
    assertEquals(List.of("5.00", "-", "-"), words(result, "ours "));
    assertEquals(List.of("-", "-", "-"), words(result, "none "));
    String table = TextTable.of(result);
    assertFalse(table.contains("busy"), table);
    assertTrue(table.contains("- A note.\n- none: It did not start."), table);
  }

  @Test
  void aSideThatHasOnlyNoNumbersIsNoSide() {
    Row nothing = join(row("a", OURS, 2), row("a", PEER, Double.NaN));
    Result result = HandMade.result("s", "t", List.of(PPS), List.of(nothing), List.of());
    assertEquals(List.of("2.00", "2.00..2.00"), words(result, "a "));
  }

  @Test
  void aResultWithoutAnyFigureStillSaysWhy() {
    Row none = new Row("tap", Map.of(), List.of(), List.of("There is no TAP here."));
    String table = TextTable.of(HandMade.result("s", "t", List.of(PPS), List.of(none), List.of()));
    assertTrue(table.contains("- tap: There is no TAP here."), table);
  }

  @Test
  void aThirdSideHasARatioOfItsOwnOnlyIfItSharesRows() {
    Row three = join(join(row("a", OURS, 4), row("a", PEER, 2)), row("a", "qemu", 1));
    Result shared = HandMade.result("s", "t", List.of(PPS), List.of(three), List.of());
    assertEquals(List.of("4.00", "2.00", "2.00", "1.00", "4.00"), words(shared, "a "));
    assertTrue(TextTable.of(shared).contains("ratio to qemu"));

    Row apart = row("client alone", "client", 9);
    Row two = join(row("b", OURS, 4), row("b", PEER, 2));
    Result separate = HandMade.result("s", "t", List.of(PPS), List.of(apart, two), List.of());
    assertEquals(List.of("-", "-", "-", "9.00"), words(separate, "client alone "));
    assertEquals(List.of("4.00", "2.00", "2.00", "-"), words(separate, "b "));
    assertEquals(
        List.of(OURS, PEER, "ratio", "client"),
        lines(separate).stream()
            .map(line -> List.of(line.strip().split("\\s+")))
            .filter(heading -> heading.contains("ratio") && heading.contains("client"))
            .findFirst()
            .orElseThrow());
  }

  @Test
  void sidesWithoutASubjectAreNotCompared() {
    Result all = HandMade.peers();
    Result plain =
        new Result(
            all.schema(),
            all.suite(),
            all.title(),
            all.command(),
            all.date(),
            "",
            all.machine(),
            Map.of(),
            "",
            all.metrics(),
            all.rows(),
            all.notes());
    assertFalse(TextTable.of(plain).contains("ratio"));
    assertTrue(TextTable.of(plain).contains("revision unknown"));
    assertEquals(
        List.of("15.6", "13.8..17.4", "13.0", "11.5..14.5"),
        words(plain, "split, guest to host, 64 ").subList(0, 4));
  }
}
