package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;

/** The sentences below a table. */
final class Notes {
  private Notes() {}

  /** How to read the table, then the result's own notes, then those of its rows. */
  static List<String> of(Result result) {
    List<String> notes = new ArrayList<>();
    List<Metric> shown = Grid.of(result).groups().stream().map(Grid.Group::metric).toList();
    if (!shown.isEmpty()) {
      notes.add(figures(result, shown));
      notes.add(directions(shown));
    }
    result.notes().forEach(note -> notes.add(oneLine(note)));
    ofRows(result).forEach((note, rows) -> notes.add(String.join("; ", rows) + ": " + note));
    return notes;
  }

  private static String figures(Result result, List<Metric> shown) {
    boolean compared =
        shown.stream().anyMatch(metric -> Grid.isCompared(result, Grid.sides(result, metric)));
    return compared
        ? "Figures are medians of all windows. A ratio is what "
            + result.subject()
            + " has divided by what the other side has in the same round: the median of all rounds,"
            + " and (least..most)."
        : "Figures are medians of all windows; half of the windows lie within the spread.";
  }

  private static String directions(List<Metric> shown) {
    List<String> sentences = new ArrayList<>();
    for (boolean higher : List.of(true, false)) {
      String titles =
          shown.stream()
              .filter(metric -> metric.higherIsBetter() == higher)
              .map(Metric::title)
              .collect(Collectors.joining(", "));
      if (!titles.isEmpty()) {
        sentences.add((higher ? "More is better: " : "Less is better: ") + titles + ".");
      }
    }
    return String.join(" ", sentences);
  }

  /** Rows that have the same note share it. */
  private static Map<String, List<String>> ofRows(Result result) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (Row row : result.rows()) {
      for (String note : row.notes()) {
        rows.computeIfAbsent(oneLine(note), text -> new ArrayList<>()).add(row.name());
      }
    }
    return rows;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
