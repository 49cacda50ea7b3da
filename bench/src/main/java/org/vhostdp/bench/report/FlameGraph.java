package org.vhostdp.bench.report;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Samples by stack, drawn: a box for each method on each path, as wide as its samples. */
public final class FlameGraph {
  private static final int WIDTH = 1200;
  private static final int ROW = 18;
  private static final int HEAD = 34;

  /** Narrower boxes are not drawn. */
  private static final double LEAST = 0.5;

  private static final double LETTER = 6.6;

  /** A method on a path, and those it called. */
  private static final class Box {
    final Map<String, Box> calls = new TreeMap<>();
    long samples;

    int depth() {
      return 1 + calls.values().stream().mapToInt(Box::depth).max().orElse(0);
    }
  }

  private final StringBuilder out = new StringBuilder();
  private final Box root = new Box();
  private final int height;

  private FlameGraph(Map<String, Long> stacks) {
    stacks.forEach(this::add);
    height = HEAD + ROW * root.depth() + 8;
  }

  /**
   * Draws samples.
   *
   * @param title the first line
   * @param stacks samples by stack: methods from the outermost on, joined by ";"
   * @return an SVG document that needs nothing else
   */
  public static String svg(String title, Map<String, Long> stacks) {
    return new FlameGraph(stacks).draw(title);
  }

  private void add(String stack, long samples) {
    Box at = root;
    at.samples += samples;
    for (String method : stack.split(";")) {
      at = at.calls.computeIfAbsent(method, name -> new Box());
      at.samples += samples;
    }
  }

  private String draw(String title) {
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="monospace" font-size="11">
        <rect width="100%%" height="100%%" fill="#ffffff"/>
        <text x="8" y="20" font-size="14">%s</text>
        """
            .formatted(WIDTH, height, Xml.text(title)));
    if (root.samples > 0) {
      draw("all", root, 0, 0);
    }
    return out.append("</svg>\n").toString();
  }

  private void draw(String name, Box box, long before, int level) {
    double x = 1.0 * WIDTH * before / root.samples;
    double width = 1.0 * WIDTH * box.samples / root.samples;
    if (width < LEAST) {
      return;
    }
    int y = height - 8 - ROW * (level + 1);
    String share =
        "%s: %d samples, %.1f %%".formatted(name, box.samples, 100.0 * box.samples / root.samples);
    out.append(
        "<g><title>%s</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
            .formatted(Xml.text(share), x, y, Math.max(LEAST, width - 1), ROW - 1, colour(name)));
    int letters = (int) ((width - 6) / LETTER);
    if (letters >= 3) {
      String text = name.length() <= letters ? name : name.substring(0, letters - 1) + "…";
      out.append("<text x=\"%.1f\" y=\"%d\">%s</text>".formatted(x + 3, y + 13, Xml.text(text)));
    }
    out.append("</g>\n");
    long at = before;
    for (Map.Entry<String, Box> call : box.calls.entrySet()) {
      draw(call.getKey(), call.getValue(), at, level + 1);
      at += call.getValue().samples;
    }
  }

  /** Warm colours, the same for the same name; light enough for black text. */
  private static String colour(String name) {
    int hash = name.hashCode();
    return String.format(
        Locale.ROOT,
        "hsl(%d,75%%,%d%%)",
        15 + Math.floorMod(hash, 40),
        66 + Math.floorMod(hash >> 8, 14));
  }
}
