package org.vhostdp.bench.idle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;
import org.vhostdp.bench.scale.Medians;
import org.vhostdp.bench.scale.Ports;
import org.vhostdp.bench.scale.TapNamespace;
import org.vhostdp.bench.scale.Twins;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code idle}. */
@Command(
    name = "idle",
    mixinStandardHelpOptions = true,
    description = {
      "Processor time and wake-ups of 1, 8 and 64 attached ports on which nothing happens.",
      "Fails if 64 ports take 1 % of a core or more."
    })
public final class IdleCommand implements Callable<Integer> {
  private static final String OURS = "vhost-dp";
  private static final String PEER = "testpmd";
  private static final int BACK_CPU = 0;
  private static final int RING_SIZE = 64;
  private static final int FRAME_BYTES = 64;

  /** After attaching, the JVM may still compile what it has just done. */
  private static final int SETTLE_MILLIS = 3000;

  /** testpmd polls whatever there is; one row shows it. */
  private static final int PEER_PORTS = 8;

  private static final int MANY_PORTS = 64;
  private static final double MOST_PERCENT = 1;

  private static final List<Metric> METRICS =
      List.of(
          new Metric("cpu", "CPU", "% of a core", 1, false),
          new Metric("io_cpu", "of it IO threads", "% of a core", 1, false),
          new Metric("wakeups", "wake-ups", "/s", 1, false),
          new Metric("io_wakeups", "of them IO threads", "/s", 1, false));

  @Mixin SuiteOptions options;

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (10000; with --quick 3000).")
  Integer window;

  private int rounds;
  private int millis;

  /** For picocli. */
  public IdleCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    rounds = options.rounds(2, 5);
    millis = window != null ? window : options.quick() ? 3000 : 10_000;
    int[] counts = options.quick() ? new int[] {PEER_PORTS, MANY_PORTS} : new int[] {1, 8, 64};
    List<Row> rows = new ArrayList<>();
    for (int ports : counts) {
      rows.add(measure("loopback", ports, Ports.LOOPBACK));
    }
    rows.addAll(onTap(counts));
    options.publish(options.result("Idle ports", settings(), OURS, METRICS, rows, notes()));
    return quiet(rows) ? 0 : 1;
  }

  private List<Row> onTap(int[] counts) throws IOException, InterruptedException {
    TapNamespace namespace;
    try {
      namespace = TapNamespace.open();
    } catch (IOException e) {
      options.progress("tap: skipped: %s", e.getMessage());
      return List.of(new Row("tap", parameters("tap", 0), List.of(), List.of(e.getMessage())));
    }
    List<Row> rows = new ArrayList<>();
    try (namespace) {
      for (int ports : counts) {
        rows.add(measure("tap", ports, namespace.driver(1)));
      }
    }
    return rows;
  }

  private Row measure(String type, int count, String driver)
      throws IOException, InterruptedException {
    options.progress("%s, %d ports", type, count);
    boolean compared = type.equals("loopback") && count == PEER_PORTS;
    List<Sample> samples = new ArrayList<>();
    try (Workspace workspace = new Workspace()) {
      Ports ports = Ports.write(workspace, count, 1, driver);
      List<Path> peers = compared ? sockets(workspace) : List.of();
      try (Instance ours = Instance.start(BACK_CPU, workspace, ports.arguments());
          Testpmd peer = compared ? peer(peers) : null;
          Twins twins = Twins.attach(ports.sockets(), 1, RING_SIZE, FRAME_BYTES);
          Twins others = Twins.attach(peers, 1, RING_SIZE, FRAME_BYTES)) {
        options.progress("attached: %d, and %d at testpmd", twins.count(), others.count());
        // Ports that have carried frames, as any guest's have before it falls silent.
        twins.send();
        Thread.sleep(SETTLE_MILLIS);
        check(ours, count);
        for (int round = 0; round < rounds; round++) {
          samples.add(window(OURS, ours.pid(), round));
          if (peer != null) {
            peer.go();
            samples.add(window(PEER, peer.pid(), round));
            peer.halt();
          }
        }
        check(ours, count);
      }
    }
    return new Row(
        "%s, %d %s".formatted(type, count, count == 1 ? "port" : "ports"),
        parameters(type, count),
        samples,
        List.of());
  }

  private static Map<String, String> parameters(String type, int ports) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("driver", type);
    parameters.put("ports", "" + ports);
    return parameters;
  }

  private static List<Path> sockets(Workspace workspace) {
    List<Path> sockets = new ArrayList<>();
    for (int i = 0; i < PEER_PORTS; i++) {
      sockets.add(workspace.fresh(".sock"));
    }
    return sockets;
  }

  private static Testpmd peer(List<Path> sockets) throws IOException, InterruptedException {
    List<String> devices = new ArrayList<>();
    for (Path socket : sockets) {
      devices.add("net_vhost%d,iface=%s,queues=1".formatted(devices.size(), socket));
    }
    return Testpmd.start(
        BACK_CPU,
        "vdp-idle-back",
        256,
        devices,
        List.of("--forward-mode=rxonly", "--total-num-mbufs=32768"));
  }

  private Sample window(String side, long pid, int round) throws IOException, InterruptedException {
    Activity before = Activity.of(pid);
    Thread.sleep(millis);
    return new Sample(side, round, Activity.of(pid).since(before));
  }

  /** A port that has lost its guest costs nothing, and would make the figure worthless. */
  private static void check(Instance ours, int ports) throws IOException {
    int running = 0;
    for (var port : ours.status().getAsJsonArray("ports")) {
      running += port.getAsJsonObject().get("queue_pairs_running").getAsInt();
    }
    if (running != ports) {
      throw new IOException(
          "Only %d of %d ports run. vhost-dp printed:\n%s"
              .formatted(running, ports, ours.output()));
    }
  }

  private boolean quiet(List<Row> rows) {
    boolean quiet = true;
    for (Row row : rows) {
      OptionalDouble cpu = Medians.of(row, OURS, "cpu");
      boolean many = row.parameters().get("ports").equals("" + MANY_PORTS);
      if (many && cpu.isPresent() && cpu.getAsDouble() >= MOST_PERCENT) {
        options.progress(
            "target missed: %s take %.2f %% of a core, not less than 1 %%",
            row.name(), cpu.getAsDouble());
        quiet = false;
      }
    }
    return quiet;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + " of each side, " + millis + " ms");
    settings.put("back-end", "one IO thread on core 0, one queue pair a port");
    settings.put("front-ends", "the Java twin, one a port, silent after a first burst");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "The rest beside the IO threads is the JVM's own housekeeping, and does not grow with"
            + " ports.",
        "Wake-ups are voluntary context switches.",
        "testpmd polls: it takes a whole core whatever happens.");
  }
}
