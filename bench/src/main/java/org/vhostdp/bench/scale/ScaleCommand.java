package org.vhostdp.bench.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code scale}. */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    description = {
      "1 to 16 queue pairs and 1 to 64 ports: frames per second of all together, memory, and the"
          + " time to the last listening socket; beside DPDK testpmd (net_vhost) as far as it"
          + " goes.",
      "Fails if 64 ports take more than 1 GiB of resident memory."
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final int WARM_UP_MILLIS = 3000;
  private static final int PEER_WARM_UP_MILLIS = 500;
  private static final int MANY_PORTS = 64;
  private static final double MOST_RESIDENT = 1L << 30;

  private static final List<Metric> METRICS =
      List.of(
          new Metric(Direction.TO_HOST.key, "guest to host", "Mpps", 1e6, true),
          new Metric(Direction.TO_GUEST.key, "host to guest", "Mpps", 1e6, true),
          new Metric("resident", "resident", "MiB", 1 << 20, false),
          new Metric("own", "without shared memory", "MiB", 1 << 20, false),
          new Metric("shared", "guests' memory", "MiB", 1 << 20, false),
          new Metric("start", "start to last socket", "ms", 1, false));

  @Mixin SuiteOptions options;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Only cells whose name matches, such as \"^64 ports\".")
  Pattern only = Pattern.compile("");

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (500; with --quick 300).")
  Integer window;

  private int rounds;
  private int millis;

  /** For picocli. */
  public ScaleCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Cell> cells = new ArrayList<>(Cell.all(options.quick()));
    cells.removeIf(cell -> !only.matcher(cell.toString()).find());
    rounds = options.rounds(3, 10);
    millis = window != null ? window : options.quick() ? 300 : 500;
    List<Row> rows = new ArrayList<>();
    for (Cell cell : cells) {
      options.progress("[%d/%d] %s", rows.size() + 1, cells.size(), cell);
      rows.add(cell.tap() ? onTap(cell) : measure(cell, null));
    }
    options.publish(
        options.result(
            "Many ports and queue pairs", settings(), Side.OURS, METRICS, rows, notes()));
    return small(rows) ? 0 : 1;
  }

  private Row onTap(Cell cell) throws IOException, InterruptedException {
    TapNamespace namespace;
    try {
      namespace = TapNamespace.open();
    } catch (IOException e) {
      options.progress("skipped: %s", e.getMessage());
      return new Row(cell.toString(), cell.parameters(), List.of(), List.of(e.getMessage()));
    }
    try (namespace) {
      return measure(cell, namespace);
    }
  }

  private Row measure(Cell cell, TapNamespace namespace) throws IOException, InterruptedException {
    List<Sample> samples = new ArrayList<>();
    for (Direction direction : cell.directions()) {
      try (Workspace workspace = new Workspace();
          Side ours = Side.ours(cell, direction, workspace, namespace);
          Side peer = cell.peer() ? Side.peer(cell, direction, workspace) : null) {
        alternate(ours, peer, samples);
        boolean last = direction == cell.directions().getLast();
        for (Side side : peer == null ? List.of(ours) : List.of(ours, peer)) {
          samples.add(side.start(direction.ordinal()));
          if (last) {
            samples.add(side.footprint());
          }
        }
      }
    }
    return new Row(cell.toString(), cell.parameters(), samples, cell.notes());
  }

  private void alternate(Side ours, Side peer, List<Sample> samples)
      throws IOException, InterruptedException {
    ours.window(0, WARM_UP_MILLIS);
    if (peer != null) {
      peer.window(0, PEER_WARM_UP_MILLIS);
    }
    for (int round = 0; round < rounds; round++) {
      // The order changes too: whatever grows or wears off within a round favours nobody.
      boolean first = (round & 1) == 0;
      if (first) {
        samples.add(ours.window(round, millis));
      }
      if (peer != null) {
        samples.add(peer.window(round, millis));
      }
      if (!first) {
        samples.add(ours.window(round, millis));
      }
    }
  }

  private boolean small(List<Row> rows) {
    boolean small = true;
    for (Row row : rows) {
      OptionalDouble resident = Medians.of(row, Side.OURS, "resident");
      boolean many = row.parameters().get("ports").equals("" + MANY_PORTS);
      if (many && resident.isPresent() && resident.getAsDouble() > MOST_RESIDENT) {
        options.progress(
            "target missed: %s take %.0f MiB, more than 1 GiB",
            row.name(), resident.getAsDouble() / (1 << 20));
        small = false;
      }
    }
    return small;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + " of each side in each direction, " + millis + " ms");
    settings.put("back-end", "core 0, one thread, rings of " + Client.RING_SIZE);
    settings.put("client", "core 1, one thread, a process for each side");
    settings.put("reference driver", "256 frames of 2048 bytes in each direction of a queue pair");
    settings.put("frames", Client.FRAME_BYTES + " bytes");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "Frames per second are the sum over all ports and queue pairs, as the client counts them.",
        "Memory is that of the back-end after frames went to the guests (TAP: to the host)."
            + " Resident is all that the kernel counts; of it, guests' memory is what the back-end"
            + " has touched of memory shared with them. Huge pages are not in it: neither guests'"
            + " nor testpmd's own, of which it was given "
            + Side.TESTPMD_MIB
            + " MiB.",
        "Start is from the command to the last socket that can be connected to.");
  }
}
