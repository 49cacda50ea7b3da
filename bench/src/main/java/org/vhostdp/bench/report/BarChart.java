package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;

/**
 * One metric of a result as SVG: for each row a group of bars, one for each side that has a value.
 * A bar ends at the median; the whisker is between the quartiles.
 */
final class BarChart {
  /** Okabe and Ito's colours, which colour-blind people can tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00");

  private static final int WIDTH = 1000;
  private static final int MARGIN = 20;
  private static final int BAR = 12;
  private static final int BETWEEN_BARS = 2;
  private static final int BETWEEN_ROWS = 10;
  private static final int LINE = 16;

  /** Right of the longest bar, for its figure. */
  private static final int FIGURE_WIDTH = 60;

  /** Of a row's name, in characters: longer ones are cut, and whole in the tooltip. */
  private static final int NAME_LENGTH = 60;

  /** Of a character of 12 px, generously. */
  private static final double CHARACTER = 6.9;

  private final Result result;
  private final Metric metric;
  private final List<String> sides;
  private final Axis axis;
  private final int left;
  private final int right = WIDTH - MARGIN - FIGURE_WIDTH;
  private final StringBuilder out = new StringBuilder();

  private BarChart(Result result, Metric metric) {
    this.result = result;
    this.metric = metric;
    sides = Grid.sides(result, metric);
    axis = Axis.upTo(longest());
    int name = result.rows().stream().mapToInt(row -> shown(row).length()).max().orElse(0);
    left = MARGIN + Math.max(40, (int) Math.ceil(name * CHARACTER)) + 10;
  }

  /** The whole SVG document. */
  static String of(Result result, Metric metric) {
    BarChart chart = new BarChart(result, metric);
    int height = chart.draw();
    String document =
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
        role="img" font-family="'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif" \
        font-size="12" fill="#1f2328">
        <rect x="0.5" y="0.5" width="%d" height="%d" rx="6" fill="#ffffff" stroke="#d0d7de"/>
        %s</svg>
        """;
    return String.format(
        Locale.ROOT, document, WIDTH, height, WIDTH, height, WIDTH - 1, height - 1, chart.out);
  }

  private double longest() {
    double most = 0;
    for (Row row : result.rows()) {
      for (String side : sides) {
        Optional<Figures> figures = Figures.of(row, metric, side);
        most = Math.max(most, figures.map(Figures::upper).orElse(0.0));
      }
    }
    return most;
  }

  /** Returns the height. */
  private int draw() {
    int y = head();
    int top = y + LINE;
    int bottom = top + result.rows().stream().mapToInt(this::height).sum();
    stripes(top);
    marks(top, bottom);
    y = top;
    for (Row row : result.rows()) {
      row(row, y);
      y += height(row);
    }
    y = bottom + LINE + 14;
    List<String> foot = new ArrayList<>(Wrap.lines(result.machine().toString(), 150));
    foot.add(Origin.of(result));
    for (String line : foot) {
      text(MARGIN, y, "start", "font-size=\"10\" fill=\"#59636e\"", line);
      y += 13;
    }
    return y;
  }

  private int head() {
    String title = result.title() + ": " + metric.title() + ", " + metric.unit();
    out.append("<title>").append(Xml.text(title)).append("</title>\n");
    int y = MARGIN + 6;
    for (String line : Wrap.lines(title, 105)) {
      text(MARGIN, y, "start", "font-size=\"16\" font-weight=\"bold\"", line);
      y += 20;
    }
    String better = metric.higherIsBetter() ? "More is better." : "Less is better.";
    text(
        MARGIN,
        y,
        "start",
        "fill=\"#59636e\"",
        better + " Bars end at the median of all windows, whiskers are between the quartiles.");
    return legend(y + 8);
  }

  private int legend(int y) {
    int x = MARGIN;
    for (int i = 0; i < sides.size(); i++) {
      int width = 18 + (int) (sides.get(i).length() * CHARACTER) + 18;
      if (x > MARGIN && x + width > WIDTH - MARGIN) {
        x = MARGIN;
        y += 20;
      }
      add(
          "<rect class=\"key\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>\n",
          x, y, colour(i));
      text(x + 18, y + 10, "start", "", sides.get(i));
      x += width;
    }
    return y + 24;
  }

  /** Every other row has a background, so that names and bars are seen to belong together. */
  private void stripes(int top) {
    int y = top;
    for (int i = 0; i < result.rows().size(); i++) {
      int height = height(result.rows().get(i));
      if (i % 2 == 1) {
        add(
            "<rect class=\"stripe\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\""
                + " fill=\"#f6f8fa\"/>\n",
            MARGIN / 2, y, WIDTH - MARGIN, height);
      }
      y += height;
    }
  }

  private void marks(int top, int bottom) {
    for (int i = 0; i <= axis.marks(); i++) {
      double x = x(i * axis.step());
      add(
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>\n",
          x, top, x, bottom, i == 0 ? "#59636e" : "#d0d7de");
      String mark = i == 0 ? "0" : Numbers.mark(i * axis.step(), axis.step());
      text(x, top - 5, "middle", "font-size=\"10\" fill=\"#59636e\"", mark);
      text(x, bottom + 12, "middle", "font-size=\"10\" fill=\"#59636e\"", mark);
    }
  }

  private void row(Row row, int top) {
    List<Integer> present = present(row);
    int middle = top + height(row) / 2 + 4;
    add("<g><title>%s</title>", Xml.text(row.name()));
    text(left - 8, middle, "end", "class=\"row\"", shown(row));
    add("</g>\n");
    if (present.isEmpty()) {
      text(left + 6, middle, "start", "class=\"absent\" fill=\"#59636e\"", Grid.ABSENT);
    }
    int y = top + BETWEEN_ROWS / 2;
    for (int side : present) {
      bar(row, side, y);
      y += BAR + BETWEEN_BARS;
    }
  }

  private void bar(Row row, int side, int y) {
    Figures figures = Figures.of(row, metric, sides.get(side)).orElseThrow();
    double end = x(figures.median());
    String median = Numbers.of(figures.median());
    add(
        "<g><title>%s</title><rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\""
            + " fill=\"%s\"/></g>\n",
        Xml.text(
            "%s, %s: %s %s (%s)"
                .formatted(row.name(), sides.get(side), median, metric.unit(), figures.spread())),
        left,
        y,
        end - left,
        BAR,
        colour(side));
    if (figures.count() > 1) {
      whisker(x(figures.lower()), x(figures.upper()), y + BAR / 2);
    }
    double reached = Math.max(end, x(figures.upper()));
    text(reached + 5, y + BAR - 2, "start", "class=\"figure\" font-size=\"11\"", median);
  }

  private void whisker(double from, double to, int y) {
    add(
        "<path class=\"whisker\" d=\"M%.1f %d v6 m0 -3 H%.1f m0 -3 v6\" stroke=\"#1f2328\""
            + " fill=\"none\"/>\n",
        from, y - 3, to);
  }

  /** Sides with a value in the row. */
  private List<Integer> present(Row row) {
    List<Integer> present = new ArrayList<>();
    for (int i = 0; i < sides.size(); i++) {
      if (Figures.of(row, metric, sides.get(i)).isPresent()) {
        present.add(i);
      }
    }
    return present;
  }

  private int height(Row row) {
    int bars = Math.max(1, present(row).size());
    return bars * (BAR + BETWEEN_BARS) - BETWEEN_BARS + BETWEEN_ROWS;
  }

  private double x(double value) {
    return left + axis.place(value) * (right - left);
  }

  private static String colour(int side) {
    return COLOURS.get(side % COLOURS.size());
  }

  private static String shown(Row row) {
    String name = row.name();
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH - 1) + "\u2026";
  }

  private void text(double x, int y, String anchor, String attributes, String text) {
    add(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\"%s>%s</text>\n",
        x, y, anchor, attributes.isEmpty() ? "" : " " + attributes, Xml.text(text));
  }

  private void add(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments));
  }
}
