package org.vhostdp.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, as wide as they need to be. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] right;
  private final int[] widths;

  /** A table with a header; a column whose title begins with '>' is aligned to the right. */
  public Table(String... titles) {
    right = new boolean[titles.length];
    widths = new int[titles.length];
    String[] shown = new String[titles.length];
    for (int i = 0; i < titles.length; i++) {
      right[i] = titles[i].startsWith(">");
      shown[i] = right[i] ? titles[i].substring(1) : titles[i];
    }
    row((Object[]) shown);
  }

  /** Adds a row; null is shown as "-". */
  public Table row(Object... cells) {
    String[] row = new String[widths.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = i < cells.length && cells[i] != null ? cells[i].toString() : "-";
      widths[i] = Math.max(widths[i], row[i].length());
    }
    rows.add(row);
    return this;
  }

  /** The lines, header first, without blanks at their ends. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        line.append(i == 0 ? "" : GAP);
        int room = widths[i] - row[i].length();
        line.repeat(' ', right[i] ? room : 0).append(row[i]).repeat(' ', right[i] ? 0 : room);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
