package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.result.Result;

/** A result for the console. */
public final class TextTable {
  /** Groups of columns that would go beyond it start a table of their own. */
  static final int WIDTH = 140;

  private static final String BETWEEN_GROUPS = "   ";
  private static final String BETWEEN_COLUMNS = "  ";

  private final Grid grid;
  private final int nameWidth;
  private final List<String> lines = new ArrayList<>();

  private TextTable(Grid grid) {
    this.grid = grid;
    nameWidth = grid.names().stream().mapToInt(String::length).max().orElse(0);
  }

  /** Lines without a line break at the end. */
  public static String of(Result result) {
    TextTable table = new TextTable(Grid.of(result));
    table.head(result);
    table.tables();
    table.notes(result);
    return String.join("\n", table.lines);
  }

  private void head(Result result) {
    Map<String, String> head = new LinkedHashMap<>();
    head.put("machine", result.machine().toString());
    head.put("measured", Origin.of(result));
    head.put("command", result.command());
    head.putAll(result.settings());
    int width = head.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.add(result.title());
    head.forEach((name, value) -> hang(left(name, width) + BETWEEN_COLUMNS, value));
  }

  private void tables() {
    List<Grid.Group> block = new ArrayList<>();
    int used = nameWidth;
    for (Grid.Group group : grid.groups()) {
      int more = BETWEEN_GROUPS.length() + Cells.of(group).width();
      if (!block.isEmpty() && used + more > WIDTH) {
        table(block);
        block.clear();
        used = nameWidth;
      }
      block.add(group);
      used += more;
    }
    table(block);
  }

  private void table(List<Grid.Group> block) {
    List<Cells> groups = block.stream().map(Cells::of).toList();
    StringBuilder titles = new StringBuilder(left("", nameWidth));
    StringBuilder headings = new StringBuilder(left("", nameWidth));
    for (Cells cells : groups) {
      titles.append(BETWEEN_GROUPS).append(left(cells.title, cells.width()));
      headings.append(BETWEEN_GROUPS).append(cells.headings());
    }
    lines.add("");
    if (!groups.isEmpty()) {
      lines.add(titles.toString().stripTrailing());
      lines.add(headings.toString());
    }
    for (int row = 0; row < grid.names().size(); row++) {
      StringBuilder line = new StringBuilder(left(grid.names().get(row), nameWidth));
      for (Cells cells : groups) {
        line.append(BETWEEN_GROUPS).append(cells.row(row));
      }
      lines.add(line.toString().stripTrailing());
    }
  }

  private void notes(Result result) {
    lines.add("");
    Notes.of(result).forEach(note -> hang("- ", note));
  }

  private void hang(String first, String text) {
    String indent = first;
    for (String line : Wrap.lines(text, WIDTH - first.length())) {
      lines.add((indent + line).stripTrailing());
      indent = " ".repeat(first.length());
    }
  }

  private static String left(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  /** A group with the widths of its columns. */
  private record Cells(String title, List<Grid.Column> columns, List<Integer> widths) {
    static Cells of(Grid.Group group) {
      String title = group.metric().title() + ", " + group.metric().unit();
      List<Integer> widths = new ArrayList<>();
      int total = 0;
      for (Grid.Column column : group.columns()) {
        int width = column.heading().length();
        for (String cell : column.cells()) {
          width = Math.max(width, cell.length());
        }
        widths.add(width);
        total += width + BETWEEN_COLUMNS.length();
      }
      int slack = title.length() - (total - BETWEEN_COLUMNS.length());
      if (slack > 0) {
        widths.set(0, widths.getFirst() + slack);
      }
      return new Cells(title, group.columns(), widths);
    }

    int width() {
      int gaps = BETWEEN_COLUMNS.length() * (widths.size() - 1);
      return widths.stream().mapToInt(Integer::intValue).sum() + gaps;
    }

    String headings() {
      return line(columns.stream().map(Grid.Column::heading).toList());
    }

    String row(int index) {
      return line(columns.stream().map(column -> column.cells().get(index)).toList());
    }

    private String line(List<String> texts) {
      List<String> padded = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        padded.add(right(texts.get(i), widths.get(i)));
      }
      return String.join(BETWEEN_COLUMNS, padded);
    }
  }
}
