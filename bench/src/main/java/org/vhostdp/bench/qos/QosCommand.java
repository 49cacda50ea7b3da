package org.vhostdp.bench.qos;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;
import org.vhostdp.bench.scale.Ports;
import org.vhostdp.bench.scale.Twins;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code qos}. */
@Command(
    name = "qos",
    mixinStandardHelpOptions = true,
    description = {
      "How far rate limits of 1 Mbit/s, 100 Mbit/s and 1 Gbit/s are off over 1 s, both ways.",
      "Fails if a cell's median is off by 3 % or more."
    })
public final class QosCommand implements Callable<Integer> {
  private static final String OURS = "vhost-dp";
  private static final int BACK_CPU = 0;
  private static final int RING_SIZE = 256;
  private static final double MOST_PERCENT = 3;

  private static final List<Metric> METRICS =
      List.of(
          new Metric("error", "off by", "%", 1, false),
          new Metric("rate", "rate", "Mbit/s", 1e6, true));

  @Mixin SuiteOptions options;

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (1000).",
      defaultValue = "1000")
  int millis;

  private int rounds;
  private boolean missed;

  /** For picocli. */
  public QosCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    rounds = options.rounds(3, 10);
    List<Row> rows = new ArrayList<>();
    for (Cell cell : Cell.all()) {
      options.progress("%s", cell.name());
      rows.add(measure(cell));
    }
    options.publish(options.result("Rate limits", settings(), OURS, METRICS, rows, notes()));
    return missed ? 1 : 0;
  }

  private Row measure(Cell cell) throws IOException, InterruptedException {
    List<Sample> samples = new ArrayList<>();
    try (Workspace workspace = new Workspace()) {
      // The port's section is the last one: its limit goes behind it.
      Ports ports = Ports.write(workspace, 1, 1, cell.driver());
      String text = Files.readString(ports.file()).stripTrailing();
      Files.writeString(ports.file(), text + "\n" + cell.limit());
      try (Instance instance = Instance.start(BACK_CPU, workspace, ports.arguments());
          Twins twins = Twins.attach(ports.sockets(), 1, RING_SIZE, Cell.FRAME_BYTES)) {
        new Windows(cell, twins)
            .measure(rounds, millis)
            .forEach((round, values) -> samples.add(new Sample(OURS, round, values)));
        if (!instance.status().has("ports")) {
          throw new IOException(
              "vhost-dp has no ports any more. It printed:\n" + instance.output());
        }
      }
    }
    return new Row(cell.name(), cell.parameters(), samples, List.of(verdict(cell, samples)));
  }

  /** The row's note: what the table's median does not tell. */
  private String verdict(Cell cell, List<Sample> samples) {
    double[] off = samples.stream().mapToDouble(s -> s.values().get("error")).sorted().toArray();
    double median = (off[(off.length - 1) / 2] + off[off.length / 2]) / 2;
    if (median >= MOST_PERCENT) {
      missed = true;
      options.progress(
          "target missed: %s is off by %.2f %%, not less than 3 %%", cell.name(), median);
    }
    return "Off by %.3f %% in the median window, %.3f %% in the worst."
        .formatted(median, off[off.length - 1]);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + ", " + millis + " ms each, one after another");
    settings.put("back-end", "one IO thread on core 0, one queue pair, reference driver");
    settings.put("front-end", "the Java twin on core 1, frames of " + Cell.FRAME_BYTES + " bytes");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "Bits are those of Ethernet frames without their check sequence.",
        "A window of 1 s at 1 Mbit/s has 82.6 frames: one more or less is 1.2 %.");
  }
}
