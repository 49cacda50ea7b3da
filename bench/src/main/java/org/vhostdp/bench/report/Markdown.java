package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;

/** A result as GitHub shows it. */
final class Markdown {
  /** Columns beside the rows' names that a page has room for. */
  private static final int COLUMNS = 9;

  /** What Markdown or HTML would take for its own. An underscore is safe within a word. */
  private static final Pattern SPECIAL =
      Pattern.compile("[\\\\`*\\[\\]<>|&~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])");

  private Markdown() {}

  /** The figures: several tables if there are many columns. Ends with a line break. */
  static String tables(Result result) {
    Grid grid = Grid.of(result);
    List<String> tables = new ArrayList<>();
    List<Grid.Group> block = new ArrayList<>();
    int used = 0;
    for (Grid.Group group : grid.groups()) {
      if (!block.isEmpty() && used + group.columns().size() > COLUMNS) {
        tables.add(table(grid, block));
        block.clear();
        used = 0;
      }
      block.add(group);
      used += group.columns().size();
    }
    if (!block.isEmpty()) {
      tables.add(table(grid, block));
    }
    return tables.isEmpty() ? "There are no figures.\n" : String.join("\n", tables);
  }

  private static String table(Grid grid, List<Grid.Group> groups) {
    List<String> headings = new ArrayList<>();
    List<Grid.Column> columns = new ArrayList<>();
    for (Grid.Group group : groups) {
      for (Grid.Column column : group.columns()) {
        headings.add(heading(group.metric(), column));
        columns.add(column);
      }
    }
    StringBuilder table = new StringBuilder(line("", headings));
    table.append("| --- |").repeat(" ---: |", columns.size()).append('\n');
    for (int row = 0; row < grid.names().size(); row++) {
      int index = row;
      table.append(
          line(
              text(grid.names().get(row)),
              columns.stream().map(column -> text(column.cells().get(index))).toList()));
    }
    return table.toString();
  }

  private static String heading(Metric metric, Grid.Column column) {
    String unit = column.measured() ? ", " + metric.unit() : "";
    return text(metric.title()) + "<br>" + text(column.heading() + unit);
  }

  private static String line(String name, List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| " + name + " | ", " |\n"));
  }

  /** The notes as a list. */
  static String notes(Result result) {
    return Notes.of(result).stream()
        .map(note -> "- " + text(note) + "\n")
        .collect(Collectors.joining());
  }

  /** Plain text, as it is to be read. */
  static String text(String plain) {
    return SPECIAL.matcher(plain.strip().replaceAll("\\s+", " ")).replaceAll("\\\\$0");
  }
}
