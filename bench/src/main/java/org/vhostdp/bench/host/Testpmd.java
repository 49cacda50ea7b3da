package org.vhostdp.bench.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DPDK's testpmd at its prompt, on one core. Its counters are since the last {@link #go}.
 *
 * <p>Its own definition of busy time ({@code --record-core-cycles}): the cycles of turns that
 * received something; of all turns in mode txonly, which receives nothing.
 */
public final class Testpmd implements AutoCloseable {
  private static final String PROMPT = "testpmd> ";
  private static final int SECONDS = 20;
  private static final Pattern TOTALS =
      Pattern.compile(
          "Accumulated forward statistics.*?RX-packets:\\s+(\\d+).*?TX-packets:\\s+(\\d+)"
              + "\\s+TX-dropped:\\s+(\\d+)",
          Pattern.DOTALL);
  private static final Pattern CYCLES =
      Pattern.compile("total cycles=(\\d+) .*? at (\\d+) MHz Clock");

  /**
   * Counters since {@link #go}.
   *
   * @param nanos of the clock, halfway between question and answer
   * @param received frames
   * @param sent frames
   * @param refused frames that the device did not take
   * @param busyNanos see the class
   */
  public record Counters(long nanos, long received, long sent, long refused, double busyNanos) {}

  private final Child child;

  private Testpmd(Child child) {
    this.child = child;
  }

  /**
   * Starts it and waits for its prompt.
   *
   * @param cpu core of both its threads
   * @param prefix of its files, one for each that runs at the same time
   * @param devices the values of its {@code --vdev}
   * @param options of testpmd itself, such as the number of queues
   */
  public static Testpmd start(
      int cpu, String prefix, int memoryMiB, List<String> devices, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    // Lines must come when they are printed, although they go to a pipe.
    command.addAll(List.of("stdbuf", "-oL", "dpdk-testpmd"));
    command.addAll(List.of("--lcores", "0@" + cpu + ",1@" + cpu, "-m", "" + memoryMiB));
    command.addAll(List.of("--single-file-segments", "--no-pci", "--no-telemetry"));
    command.addAll(List.of("--file-prefix", prefix));
    String folder = System.getenv("VHOSTDP_HUGEPAGES");
    if (folder != null) {
      command.addAll(List.of("--huge-dir", folder));
    }
    devices.forEach(device -> command.addAll(List.of("--vdev", device)));
    command.addAll(List.of("--", "-i", "--nb-cores=1", "--record-core-cycles", "--no-flush-rx"));
    command.addAll(options);
    Testpmd testpmd = new Testpmd(Child.start("testpmd", command, Map.of()));
    try {
      testpmd.child.await(PROMPT, SECONDS);
      return testpmd;
    } catch (IOException | InterruptedException e) {
      testpmd.close();
      throw e;
    }
  }

  /** Gives a command and returns what it printed. */
  public String command(String line) throws IOException, InterruptedException {
    child.forget();
    child.say(line);
    return child.await(PROMPT, SECONDS);
  }

  /** Gives commands of which none may be refused. */
  public void commands(String... lines) throws IOException, InterruptedException {
    for (String line : lines) {
      String answer = command(line);
      if (answer.contains("Bad arguments") || answer.contains("Command not found")) {
        throw child.failed("refused the command \"" + line + "\"");
      }
    }
  }

  /** Begins to forward; counters begin at 0. */
  public void go() throws IOException, InterruptedException {
    commands("start");
  }

  /** Puts so many bursts of 32 frames into circulation and begins to forward. */
  public void goWith(int bursts) throws IOException, InterruptedException {
    commands("start tx_first " + bursts);
  }

  /** Ends forwarding: from then on it uses no CPU. */
  public void halt() throws IOException, InterruptedException {
    commands("stop");
  }

  public Counters counters() throws IOException, InterruptedException {
    long before = System.nanoTime();
    String text = command("show fwd stats all");
    long after = System.nanoTime();
    Counters counters = parse(text, before + (after - before) / 2);
    if (counters == null) {
      throw child.failed("gave no statistics");
    }
    return counters;
  }

  /** Reads the answer to "show fwd stats all"; null if it is none. */
  static Counters parse(String text, long nanos) {
    Matcher totals = TOTALS.matcher(text);
    if (!totals.find()) {
      return null;
    }
    // Before the first frame there is no line of cycles.
    Matcher cycles = CYCLES.matcher(text);
    double busy =
        cycles.find() ? Long.parseLong(cycles.group(1)) * 1e3 / Long.parseLong(cycles.group(2)) : 0;
    return new Counters(
        nanos,
        Long.parseLong(totals.group(1)),
        Long.parseLong(totals.group(2)),
        Long.parseLong(totals.group(3)),
        busy);
  }

  public long pid() {
    return child.pid();
  }

  public String output() {
    return child.output();
  }

  @Override
  public void close() {
    child.close();
  }
}
