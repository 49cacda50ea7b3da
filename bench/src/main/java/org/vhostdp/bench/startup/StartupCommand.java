package org.vhostdp.bench.startup;

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
import org.vhostdp.bench.scale.Listening;
import org.vhostdp.bench.scale.Medians;
import org.vhostdp.bench.scale.Ports;
import org.vhostdp.bench.scale.TapNamespace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The suite {@code startup}. */
@Command(
    name = "startup",
    mixinStandardHelpOptions = true,
    description = {
      "The time from the command to the listening socket of one port, with and without the start-up"
          + " cache, beside DPDK testpmd (net_vhost).",
      "Fails if the median is half a second or more."
    })
public final class StartupCommand implements Callable<Integer> {
  private static final String OURS = "vhost-dp";
  private static final String WITHOUT_CACHE = "vhost-dp without cache";
  private static final String PEER = "testpmd";
  private static final int BACK_CPU = 0;
  private static final int TESTPMD_MIB = 128;
  private static final double MOST_MILLIS = 500;

  private static final List<Metric> METRICS =
      List.of(
          new Metric("start", "start to socket", "ms", 1, false),
          new Metric("cpu", "CPU until ready", "ms", 1, false));

  @Mixin SuiteOptions options;

  /** For picocli. */
  public StartupCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    int rounds = options.rounds(5, 20);
    List<Row> rows = new ArrayList<>();
    rows.add(measure("loopback", Ports.LOOPBACK, true, rounds));
    rows.add(onTap(rounds));
    options.publish(options.result("Start-up", settings(rounds), OURS, METRICS, rows, notes()));
    return fast(rows) ? 0 : 1;
  }

  private Row onTap(int rounds) throws IOException, InterruptedException {
    TapNamespace namespace;
    try {
      namespace = TapNamespace.open();
    } catch (IOException e) {
      options.progress("tap: skipped: %s", e.getMessage());
      return new Row("tap", Map.of("driver", "tap"), List.of(), List.of(e.getMessage()));
    }
    try (namespace) {
      return measure("tap", namespace.driver(1), false, rounds);
    }
  }

  private Row measure(String type, String driver, boolean compared, int rounds)
      throws IOException, InterruptedException {
    List<Sample> samples = new ArrayList<>();
    // The first start of each reads files from disk: it does not count.
    for (int round = -1; round < rounds; round++) {
      options.progress(
          round < 0 ? "%s, warming up" : "%s, start %d of %d", type, round + 1, rounds);
      List<Sample> these = new ArrayList<>();
      these.add(ours(OURS, Map.of(), driver, round));
      these.add(ours(WITHOUT_CACHE, Map.of("VHOSTDP_JAVA_OPTS", "-XX:AOTMode=off"), driver, round));
      if (compared) {
        these.add(peer(round));
      }
      if (round >= 0) {
        samples.addAll(these);
      }
    }
    return new Row(type, Map.of("driver", type), samples, List.of());
  }

  private static Sample ours(String side, Map<String, String> environment, String driver, int round)
      throws IOException, InterruptedException {
    try (Workspace workspace = new Workspace()) {
      Ports ports = Ports.write(workspace, 1, 1, driver);
      Listening listening = Listening.watch(ports.sockets());
      Instance instance =
          Instance.start(Instance.launcher(), BACK_CPU, workspace, ports.arguments(), environment);
      try (instance) {
        return sample(side, round, listening, instance.pid());
      }
    }
  }

  private static Sample peer(int round) throws IOException, InterruptedException {
    try (Workspace workspace = new Workspace()) {
      Path socket = workspace.fresh(".sock");
      Listening listening = Listening.watch(List.of(socket));
      Testpmd testpmd =
          Testpmd.start(
              BACK_CPU,
              "vdp-startup",
              TESTPMD_MIB,
              List.of("net_vhost0,iface=" + socket + ",queues=1"),
              List.of("--forward-mode=rxonly", "--total-num-mbufs=16384"));
      try (testpmd) {
        return sample(PEER, round, listening, testpmd.pid());
      }
    }
  }

  private static Sample sample(String side, int round, Listening listening, long pid)
      throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("start", listening.millis());
    ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .ifPresent(cpu -> values.put("cpu", (double) cpu.toMillis()));
    return new Sample(side, round, values);
  }

  private boolean fast(List<Row> rows) {
    boolean fast = true;
    for (Row row : rows) {
      OptionalDouble start = Medians.of(row, OURS, "start");
      if (start.isPresent() && start.getAsDouble() >= MOST_MILLIS) {
        options.progress(
            "target missed: %s takes %.0f ms, not less than %.0f",
            row.name(), start.getAsDouble(), MOST_MILLIS);
        fast = false;
      }
    }
    return fast;
  }

  private static Map<String, String> settings(int rounds) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("starts", rounds + " of each side, in turn, after one that does not count");
    settings.put("port", "one, with one queue pair");
    settings.put("testpmd", TESTPMD_MIB + " MiB of huge pages, 16384 buffers");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "From the command to the first connection that is accepted.",
        "CPU is that of all threads when control socket or prompt answer, in steps of 10 ms; other"
            + " load on the machine makes it less wrong than the time.",
        "Without cache: the JVM is told to pass over the image's AOT cache (-XX:AOTMode=off).");
  }
}
