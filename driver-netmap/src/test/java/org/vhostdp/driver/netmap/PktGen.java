package org.vhostdp.driver.netmap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** netmap's own traffic generator, if the variable NETMAP_PKT_GEN names it. */
final class PktGen implements AutoCloseable {
  private static final String VARIABLE = "NETMAP_PKT_GEN";
  private static final Pattern RATE = Pattern.compile(" ([0-9.]+) ([KMG]?)pps \\(");

  private final Process process;

  private PktGen(Process process) {
    this.process = process;
  }

  /** Whether there is one; says so if not. */
  static boolean isThere() {
    String tool = System.getenv(VARIABLE);
    boolean there = tool != null && Files.isExecutable(Path.of(tool));
    if (!there) {
      System.out.println("RATE of pkt-gen: none, " + VARIABLE + " names no program");
    }
    return there;
  }

  /**
   * Starts one that ends by itself after 30 s.
   *
   * @param way tx or rx
   */
  static PktGen start(String port, String way, int burst) throws IOException {
    String tool = System.getenv(VARIABLE);
    List<String> words = new ArrayList<>(List.of("timeout", "30", tool, "-i", port, "-f", way));
    words.addAll(List.of("-b", Integer.toString(burst), "-w", "1"));
    return new PktGen(new ProcessBuilder(words).redirectErrorStream(true).start());
  }

  /** Ends it; the frames per second of each whole second that it ran, the first one aside. */
  long[] end() throws IOException, InterruptedException {
    // Of the process it would close its output, too.
    process.toHandle().destroy();
    String said = new String(process.getInputStream().readAllBytes());
    close();
    return said.lines()
        .filter(line -> line.contains("main_thread"))
        .map(RATE::matcher)
        .filter(Matcher::find)
        .mapToLong(PktGen::rate)
        .skip(1)
        .toArray();
  }

  private static long rate(Matcher line) {
    double unit = Math.pow(1000, " KMG".indexOf(line.group(2).isEmpty() ? " " : line.group(2)));
    return Math.round(Double.parseDouble(line.group(1)) * unit);
  }

  /** Prints a median. */
  static void print(String what, long[] rates) {
    if (rates.length == 0) {
      throw new IllegalStateException("There are no rates of " + what + ".");
    }
    long[] sorted = rates.clone();
    Arrays.sort(sorted);
    System.out.printf(
        "RATE %s: %d/s (%d to %d)%n",
        what, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
