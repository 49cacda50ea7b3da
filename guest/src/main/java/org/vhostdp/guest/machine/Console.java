package org.vhostdp.guest.machine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** The console's last lines, and those who want each new one. */
final class Console {
  static final int TAIL_CHARACTERS = 64 * 1024;
  private static final int LINE_BYTES = 4096;
  private static final int LAST_WORDS = 12;

  private final Deque<String> lines = new ArrayDeque<>();
  private final List<Consumer<String>> listeners = new ArrayList<>();
  private int characters;

  synchronized void listen(Consumer<String> listener) {
    lines.forEach(listener);
    listeners.add(listener);
  }

  /** Locked while listeners run, so that one who joins sees each line once and in order. */
  synchronized void add(String line) {
    lines.add(line);
    characters += line.length() + 1;
    while (characters > TAIL_CHARACTERS) {
      characters -= lines.remove().length() + 1;
    }
    listeners.removeIf(listener -> !delivered(listener, line));
  }

  private static boolean delivered(Consumer<String> listener, String line) {
    try {
      listener.accept(line);
      return true;
    } catch (RuntimeException failure) {
      // The guest must not stall because someone who watches it failed.
      System.getLogger(Console.class.getName())
          .log(System.Logger.Level.WARNING, "A reader of the guest's console failed: " + failure);
      return false;
    }
  }

  synchronized String tail() {
    return String.join("\n", lines);
  }

  /** The end of an error message: what the kernel panicked of, or the last lines. */
  synchronized String lastWords() {
    List<String> text =
        lines.stream().filter(line -> !line.isBlank() && !line.contains("[<")).toList();
    int panic = -1;
    for (int i = 0; i < text.size(); i++) {
      if (text.get(i).contains("Kernel panic")) {
        panic = i;
      }
    }
    int from = panic >= 0 ? panic : Math.max(0, text.size() - LAST_WORDS);
    text = text.subList(from, Math.min(text.size(), from + LAST_WORDS));
    return text.isEmpty()
        ? " Its console is empty."
        : " Its console ends with:\n  " + String.join("\n  ", text);
  }

  /** Reads lines until the stream ends; overlong lines are broken. */
  void follow(InputStream source) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(source)) {
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        if (octet == '\n' || line.size() >= LINE_BYTES) {
          flush(line);
        }
        if (octet != '\n' && octet != '\r') {
          line.write(octet);
        }
      }
    } catch (IOException failure) {
      add("(the console could not be read further: " + failure.getMessage() + ")");
    }
    if (line.size() > 0) {
      flush(line);
    }
  }

  private void flush(ByteArrayOutputStream line) {
    add(line.toString(StandardCharsets.UTF_8));
    line.reset();
  }
}
