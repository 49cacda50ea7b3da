package org.vhostdp.bench.latency;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The suite {@code latency}. */
@Command(
    name = "latency",
    mixinStandardHelpOptions = true,
    description = {
      "The round trip of frames through vhost-dp and through DPDK testpmd (net_vhost) at fixed"
          + " offered loads, in turn, from the same client, corrected for coordinated omission.",
      "The full run takes about ten minutes for each kind of ring, --quick under one."
    })
public final class LatencyCommand implements Callable<Integer> {
  private static final int CLIENT_CPU = 1;
  private static final String CLIENT = "client";
  private static final int LEAST_BYTES = 60;
  private static final int MOST_BYTES = 1514;
  private static final int MOST_LOAD = 20_000_000;

  @Mixin SuiteOptions options;

  @Spec CommandSpec spec;

  @Option(
      names = "--loads",
      split = ",",
      paramLabel = "RATE",
      description = "Frames per second (10000,100000,500000,1000000).")
  List<Integer> loads = List.of(10_000, 100_000, 500_000, 1_000_000);

  @Option(
      names = "--bytes",
      split = ",",
      paramLabel = "N",
      description = "Sizes of frames without FCS (64).")
  List<Integer> sizes = List.of(64);

  @Option(
      names = "--ring",
      split = ",",
      paramLabel = "KIND",
      description = "Kinds of rings, split or packed (split).")
  List<String> rings = List.of("split");

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (5000; with --quick 1000).")
  Integer window;

  /** For picocli. */
  LatencyCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    int rounds = options.rounds(2, 10);
    int millis = window != null ? window : options.quick() ? 1000 : 5000;
    List<Row> rows = new ArrayList<>();
    try (ClientThread client = new ClientThread(CLIENT_CPU)) {
      rows.add(alone(client, rounds, millis));
      for (String ring : rings) {
        rows.addAll(measure(client, ring.equals("packed"), rounds, millis));
      }
    }
    options.publish(
        options.result(
            "Round trip beside DPDK's vhost",
            settings(rounds, millis),
            Attachment.OURS,
            Window.METRICS,
            rows,
            notes()));
    return lost(rows) ? 1 : 0;
  }

  private void check() {
    for (int load : loads) {
      require(load >= 1 && load <= MOST_LOAD, "--loads", load, "1 to " + MOST_LOAD + " frames/s");
    }
    for (int size : sizes) {
      require(
          size >= LEAST_BYTES && size <= MOST_BYTES,
          "--bytes",
          size,
          LEAST_BYTES + " to " + MOST_BYTES);
    }
    for (String ring : rings) {
      require(ring.equals("split") || ring.equals("packed"), "--ring", ring, "split or packed");
    }
    require(window == null || window >= 1, "--window", window, "1 or more milliseconds");
  }

  private void require(boolean holds, String option, Object value, String allowed) {
    if (!holds) {
      throw new ParameterException(
          spec.commandLine(), option + " cannot be " + value + ": give " + allowed + ".");
    }
  }

  /** The same client without any back-end. */
  private Row alone(ClientThread client, int rounds, int millis)
      throws IOException, InterruptedException {
    int rate = Collections.max(loads);
    String name = "client alone, " + Cell.load(rate);
    options.progress("%s", name);
    Exchange exchange = new Exchange(new TurnaroundWire(Attachment.RING), System::nanoTime);
    List<Sample> samples = new ArrayList<>();
    List<Measured> found = new ArrayList<>();
    Rig.window(client, -1, exchange, rate, 1000);
    for (int round = 0; round < rounds; round++) {
      Measured window = Rig.window(client, -1, exchange, rate, millis);
      found.add(window);
      samples.add(window.sample(CLIENT, round));
    }
    return new Row(name, Map.of("load", "" + rate), samples, RowNotes.of(Map.of(CLIENT, found)));
  }

  private List<Row> measure(ClientThread client, boolean packed, int rounds, int millis)
      throws IOException, InterruptedException {
    List<Cell> cells = cells(packed);
    List<Row> rows = new ArrayList<>();
    try (Rig rig = new Rig(client, packed, cells.stream().anyMatch(Cell::patient))) {
      for (int size : sizes) {
        options.progress("warming up: %s, %d", packed ? "packed" : "split", size);
        rig.warmUp(size, options.quick() ? 3000 : 6000);
        for (Cell cell : cells.stream().filter(cell -> cell.bytes() == size).toList()) {
          options.progress("[%d/%d] %s", rows.size() + 1, cells.size(), cell);
          rows.add(rig.measure(cell, rounds, millis));
        }
      }
    }
    return rows;
  }

  private List<Cell> cells(boolean packed) {
    List<Cell> cells = new ArrayList<>();
    for (int size : sizes) {
      for (int load : loads) {
        cells.add(new Cell(packed, size, load, false));
        if (Cell.sleeps(load)) {
          cells.add(new Cell(packed, size, load, true));
        }
      }
    }
    return cells;
  }

  private static boolean lost(List<Row> rows) {
    return rows.stream()
        .flatMap(row -> row.samples().stream())
        .map(Sample::values)
        .anyMatch(values -> values.get("lost") > 0 && values.get("unsent") == 0);
  }

  private static Map<String, String> settings(int rounds, int millis) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + " of each side, " + millis + " ms");
    settings.put("back-end", "core 0, returns each frame on the port it came from");
    settings.put(
        "client",
        "Java virtio driver on core 1, polling, one queue pair of "
            + Attachment.RING
            + " with each back-end, without EVENT_IDX");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "A round trip counts from when the frame was due, not from when it left: a pause of the"
            + " client or the back-end delays every frame that fell into it (corrected for"
            + " coordinated omission).",
        "The row \"client alone\" is the same loop with frames that turn around inside the client."
            + " Its high percentiles are what the machine adds: others near them say nothing about"
            + " a back-end.",
        "By itself vhost-dp sleeps after "
            + Cell.DEFAULT_SPIN
            + " us without a frame, and a frame that comes then pays for a kick and a wake-up;"
            + " testpmd polls always. Rows with --spin-us show vhost-dp polling as well.",
        "The file has more of each window: frames sent and lost, the rate that really left, the"
            + " client's lateness (late, us, p99), its longest pause (gap, us), turns in which a"
            + " frame had no room (held), time the hypervisor took (steal_ms), and time the polling"
            + " threads had to wait for their cores (client_wait_ms, back_wait_ms).");
  }
}
