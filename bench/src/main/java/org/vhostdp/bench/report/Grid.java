package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/**
 * What the tables show of a result: a line for each row, a group of columns for each metric that
 * has a value.
 *
 * @param names of the rows
 */
record Grid(List<String> names, List<Group> groups) {
  /** In place of a figure that is absent. */
  static final String ABSENT = "-";

  /** The columns of one metric. */
  record Group(Metric metric, List<Column> columns) {}

  /**
   * One column.
   *
   * @param measured whether the cells are in the metric's unit; otherwise they are ratios
   */
  record Column(String heading, boolean measured, List<String> cells) {
    private boolean isRatio() {
      return !measured;
    }

    private boolean isEmpty() {
      return cells.stream().allMatch(ABSENT::equals);
    }
  }

  static Grid of(Result result) {
    List<Group> groups = new ArrayList<>();
    for (Metric metric : result.metrics()) {
      List<String> sides = sides(result, metric);
      List<Column> columns =
          isCompared(result, sides)
              ? compared(result, metric, sides)
              : plain(result, metric, sides);
      if (!columns.isEmpty()) {
        groups.add(new Group(metric, columns));
      }
    }
    return new Grid(result.rows().stream().map(Row::name).toList(), groups);
  }

  /** Those with a value of the metric: the subject, those it meets in a row, then any others. */
  static List<String> sides(Result result, Metric metric) {
    Set<String> met = new LinkedHashSet<>();
    Set<String> others = new LinkedHashSet<>();
    for (Row row : result.rows()) {
      Set<String> present = new LinkedHashSet<>();
      row.samples().stream()
          .map(Sample::side)
          .distinct()
          .filter(side -> Figures.of(row, metric, side).isPresent())
          .forEach(present::add);
      (present.contains(result.subject()) ? met : others).addAll(present);
    }
    List<String> sides = new ArrayList<>(met);
    if (sides.remove(result.subject())) {
      sides.addFirst(result.subject());
    }
    others.removeAll(met);
    sides.addAll(others);
    return sides;
  }

  /** Whether the sides are set in relation to one another. */
  static boolean isCompared(Result result, List<String> sides) {
    return sides.size() > 1 && sides.contains(result.subject());
  }

  private static List<Column> compared(Result result, Metric metric, List<String> sides) {
    List<Column> columns = new ArrayList<>();
    String subject = sides.getFirst();
    columns.add(medians(result, metric, subject));
    for (String other : sides.subList(1, sides.size())) {
      columns.add(medians(result, metric, other));
      Column ratios =
          column(
              "ratio to " + other,
              false,
              result,
              row -> Comparison.of(row, metric, subject, other).map(Comparison::toString));
      if (!ratios.isEmpty()) {
        columns.add(ratios);
      }
    }
    return columns.stream().filter(Column::isRatio).count() > 1 ? columns : shortened(columns);
  }

  /** There is only one ratio, so it is clear to whom. */
  private static List<Column> shortened(List<Column> columns) {
    return columns.stream()
        .map(column -> column.isRatio() ? new Column("ratio", false, column.cells()) : column)
        .toList();
  }

  private static List<Column> plain(Result result, Metric metric, List<String> sides) {
    List<Column> columns = new ArrayList<>();
    for (String side : sides) {
      columns.add(medians(result, metric, side));
      columns.add(
          column(
              "spread", true, result, row -> Figures.of(row, metric, side).map(Figures::spread)));
    }
    return columns;
  }

  private static Column medians(Result result, Metric metric, String side) {
    return column(
        side,
        true,
        result,
        row -> Figures.of(row, metric, side).map(figures -> Numbers.of(figures.median())));
  }

  private static Column column(
      String heading, boolean measured, Result result, Function<Row, Optional<String>> cell) {
    return new Column(
        heading,
        measured,
        result.rows().stream().map(row -> cell.apply(row).orElse(ABSENT)).toList());
  }
}
