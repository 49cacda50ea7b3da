package org.vhostdp.tck.run;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines that a process wrote. Any thread. */
final class Tail {
  private static final int LINES = 5;
  private static final int MOST = 300;

  private final Deque<String> lines = new ArrayDeque<>();

  synchronized void add(String line) {
    String text = line.strip();
    if (text.isEmpty()) {
      return;
    }
    lines.add(text.length() > MOST ? text.substring(0, MOST) + "..." : text);
    if (lines.size() > LINES) {
      lines.poll();
    }
  }

  /** A sentence, or nothing if nothing was written. */
  synchronized String sentence() {
    return lines.isEmpty() ? "" : " Its last lines: " + String.join(" | ", lines);
  }
}
