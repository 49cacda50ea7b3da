package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.bench.report.HandMade.OURS;
import static org.vhostdp.bench.report.HandMade.PPS;
import static org.vhostdp.bench.report.HandMade.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;

class MarkdownTest {
  private static long bars(String line) {
    return line.replace("\\|", "").chars().filter(c -> c == '|').count();
  }

  @Test
  void aTableHasALineForEachRowAndAsManyCellsInEach() {
    List<String> lines = Markdown.tables(HandMade.peers()).lines().toList();
    assertEquals(2 + 12, lines.size());
    assertTrue(lines.stream().allMatch(line -> bars(line) == 8), lines.toString());
    assertEquals(
        "|  | delivered<br>vhost-dp, Mpps | delivered<br>testpmd, Mpps | delivered<br>ratio |"
            + " back-end busy<br>vhost-dp, ns/frame | back-end busy<br>testpmd, ns/frame |"
            + " back-end busy<br>ratio |",
        lines.getFirst());
    assertEquals(
        "| split, guest to host, 64 | 15.6 | 13.0 | 1.20 (1.20..1.20) | 10.0 | 20.0 |"
            + " 0.50 (0.50..0.50) |",
        lines.get(2));
  }

  @Test
  void manyMetricsBecomeSeveralTables() {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      metrics.add(new Metric("pps", "p" + i, "us", 1e6, false));
    }
    Result wide = HandMade.result("l", "t", metrics, HandMade.peers().rows(), List.of());
    String[] tables = Markdown.tables(wide).split("\n\n");
    assertEquals(2, tables.length);
    assertEquals(10 + 1, bars(tables[0].lines().findFirst().orElseThrow()));
    assertEquals(10 + 1, bars(tables[1].lines().findFirst().orElseThrow()));
  }

  @Test
  void namesAndNotesCannotBreakOut() {
    Row row = row("a|b <i>*c*</i> net_vhost _x_", OURS, 1);
    Row noted = new Row(row.name(), Map.of(), row.samples(), List.of("line\nbreak `x` [y](z)"));
    Result result = HandMade.result("s", "t", List.of(PPS), List.of(noted), List.of());
    assertTrue(
        Markdown.tables(result)
            .contains("| a\\|b \\<i\\>\\*c\\*\\</i\\> net_vhost \\_x\\_ | 1.00 | 1.00..1.00 |"),
        Markdown.tables(result));
    assertTrue(Markdown.notes(result).contains("line break \\`x\\` \\[y\\](z)\n"));
  }

  @Test
  void rowsShareANoteThatTheyHaveInCommon() {
    List<Row> rows = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      List<String> notes = name.equals("b") ? List.of("B only.") : List.of("Few frames.");
      rows.add(new Row(name, Map.of(), row(name, OURS, 1).samples(), notes));
    }
    Result result = HandMade.result("s", "t", List.of(PPS), rows, List.of("All."));
    assertEquals(
        List.of("- All.", "- a; c: Few frames.", "- b: B only."),
        Markdown.notes(result).lines().skip(2).toList());
  }

  @Test
  void withoutFiguresThereIsASentence() {
    Row none = new Row("tap", Map.of(), List.of(), List.of());
    assertEquals(
        "There are no figures.\n",
        Markdown.tables(HandMade.result("s", "t", List.of(PPS), List.of(none), List.of())));
  }
}
