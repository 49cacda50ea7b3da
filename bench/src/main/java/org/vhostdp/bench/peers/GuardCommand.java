package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The suite {@code guard}. */
@Command(
    name = "guard",
    mixinStandardHelpOptions = true,
    description = {
      "Compares two revisions of vhost-dp, window by window in turn, under the same client.",
      "Without revisions: this tree, as it is, against its last commit. Each revision is built in"
          + " a folder of its own."
    })
public final class GuardCommand implements Callable<Integer> {
  private static final int WARM_UP_MILLIS = 3000;

  private static final List<Metric> METRICS =
      List.of(
          new Metric("pps", "delivered", "Mpps", 1e6, true),
          new Metric("busy", "back-end busy", "ns/frame", 1, false));

  @Mixin SuiteOptions options;

  @Mixin EndingOption driver;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "OLD",
      description = "The revision to compare with (HEAD), or the folder of an image.")
  String old = "HEAD";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NEW",
      description = "The revision to judge (this tree as it is), or the folder of an image.")
  String judged;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Only cells whose name matches (all of a quick run of peers).")
  Pattern only = Pattern.compile("");

  /** For picocli. */
  GuardCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean all = !only.pattern().isEmpty();
    List<Cell> cells = driver.cells(!all);
    cells.removeIf(cell -> !only.matcher(cell.toString()).find());
    int rounds = options.rounds(8, 16);
    try (Checkout before = Checkout.of(old, options);
        Checkout after = judged == null ? null : Checkout.of(judged, options)) {
      Map<String, Path> launchers = new LinkedHashMap<>();
      launchers.put(
          judged == null ? "this tree" : judged,
          after == null ? Instance.launcher() : after.launcher());
      launchers.put(old, before.launcher());
      if (launchers.size() < 2) {
        throw new IOException("OLD and NEW are the same revision: " + old + ".");
      }
      List<Row> rows = new ArrayList<>();
      for (Cell cell : cells) {
        options.progress("[%d/%d] %s", rows.size() + 1, cells.size(), cell);
        try (Duel duel = Duel.ofTwo(cell, launchers)) {
          rows.add(
              new Row(
                  cell.toString(),
                  cell.parameters(),
                  duel.measure(WARM_UP_MILLIS, rounds, 300),
                  List.of()));
        }
      }
      String subject = launchers.keySet().iterator().next();
      options.publish(
          options.result(
              subject + " beside " + old,
              Map.of("windows", rounds + " of each side, 300 ms"),
              subject,
              METRICS,
              rows,
              List.of()));
    }
    return 0;
  }
}
