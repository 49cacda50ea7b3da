package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.report.FlameGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code profile}. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = {
      "Records vhost-dp in cells of peers with the JDK Flight Recorder, once it is warm: what a"
          + " steady state must not show (deoptimisations, safepoints, collections, allocations of"
          + " the IO thread), and a flame graph of the IO thread.",
      "A recorded run is slower than another: its figures are not for comparison."
    })
public final class ProfileCommand implements Callable<Integer> {
  private static final int WARM_UP_MILLIS = 5000;

  /** The recorder's own periodic work makes a safepoint now and then; it is not the hot path's. */
  private static final String RECORDER =
      "-XX:StartFlightRecording:settings=profile,"
          + "jdk.SafepointBegin#threshold=0ns,jdk.Deoptimization#enabled=true,"
          + "jdk.CPUTimeSample#enabled=true,jdk.CPUTimeSample#throttle=1ms";

  @Mixin SuiteOptions options;

  @Mixin EndingOption driver;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Cells whose name matches (all of a quick run of peers).")
  Pattern only = Pattern.compile("");

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Seconds recorded in each cell (default: ${DEFAULT-VALUE}).")
  int seconds = 5;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where recordings and flame graphs go.")
  Path folder;

  /** For picocli. */
  ProfileCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<Cell> cells = driver.cells(only.pattern().isEmpty());
    cells.removeIf(cell -> !only.matcher(cell.toString()).find());
    if (cells.isEmpty()) {
      throw new IOException("No cell's name matches " + only + ".");
    }
    for (Cell cell : cells) {
      options.progress("%s", cell);
      System.out.print(text(cell, record(cell)));
    }
    return 0;
  }

  private Recording record(Cell cell) throws IOException, InterruptedException {
    String name = cell.toString().replaceAll("[^a-z0-9]+", "-");
    Path file = folder.resolve(name + ".jfr").toAbsolutePath();
    Map<String, String> recorder = Map.of("VHOSTDP_JAVA_OPTS", RECORDER);
    Instant from;
    Instant to;
    try (Duel duel = Duel.alone(cell, Instance.launcher(), recorder)) {
      duel.window(0, 0, WARM_UP_MILLIS);
      from = Instant.now();
      duel.window(0, 0, seconds * 1000);
      to = Instant.now();
      duel.dump(file);
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("The back-end left no recording in " + file + ".");
    }
    Recording recording = Recording.read(file, from.plusMillis(200), to.minusMillis(200));
    Path graph = folder.resolve(name + ".svg");
    Files.writeString(graph, FlameGraph.svg(cell + ", IO thread", recording.stacks()));
    options.progress("written: %s, %s", file, graph);
    return recording;
  }

  private static String text(Cell cell, Recording recording) {
    StringBuilder out = new StringBuilder(cell + "\n");
    recording.events().forEach((name, n) -> out.append("  %-48s %d%n".formatted(name, n)));
    long samples = recording.stacks().values().stream().mapToLong(Long::longValue).sum();
    return out.append("  %-48s %d%n".formatted("samples of the IO thread", samples)).toString();
  }
}
