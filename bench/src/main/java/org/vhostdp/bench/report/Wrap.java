package org.vhostdp.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Text in lines. */
final class Wrap {
  private Wrap() {}

  /** Breaks at spaces; a word that is longer than a line keeps one for itself. */
  static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
