package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code drivers}. */
@Command(
    name = "drivers",
    mixinStandardHelpOptions = true,
    description = {
      "Each driver and DPDK's for the same kind of device, window by window in turn, under the same"
          + " client (testpmd virtio-user).",
      "Devices and traffic stay in network namespaces that the suite makes and deletes."
    })
public final class DriversCommand implements Callable<Integer> {
  private static final int WARM_UP_MILLIS = 3000;

  private static final List<Metric> METRICS =
      List.of(
          new Metric("pps", "delivered", "Mpps", 1e6, true),
          new Metric("busy", "back-end busy", "ns/frame", 1, false),
          new Metric("cpu", "back-end CPU", "ns/frame", 1, false));

  @Mixin SuiteOptions options;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Only cells whose name matches, such as \"tap, guest to host\".")
  Pattern only = Pattern.compile("");

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (500; with --quick 300).")
  Integer window;

  /** For picocli. */
  DriversCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Cell> cells = new ArrayList<>(Cell.all());
    cells.removeIf(cell -> !only.matcher(cell.toString()).find());
    int rounds = options.rounds(6, 12);
    int millis = window != null ? window : options.quick() ? 300 : 500;
    List<Row> rows = new ArrayList<>();
    for (Cell cell : cells) {
      options.progress("[%d/%d] %s", rows.size() + 1, cells.size(), cell);
      rows.add(measure(cell, rounds, millis));
    }
    options.publish(
        options.result(
            "Drivers beside those of DPDK",
            settings(rounds, millis),
            OurSide.NAME,
            METRICS,
            rows,
            notes()));
    return 0;
  }

  private static Row measure(Cell cell, int rounds, int millis)
      throws IOException, InterruptedException {
    try (DriverDuel duel = DriverDuel.of(cell)) {
      return new Row(
          cell.toString(),
          cell.parameters(),
          duel.measure(WARM_UP_MILLIS, rounds, millis),
          List.of());
    }
  }

  private static Map<String, String> settings(int rounds, int millis) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + " of each side, " + millis + " ms");
    settings.put("back-end", "core 0, one queue pair of 1024, split ring, mergeable buffers");
    settings.put("client", "testpmd virtio-user on core 1, one process with a port to each side");
    settings.put("peer", "testpmd that forwards between net_vhost and its driver for the device");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "Delivered: guest to host, what the kernel counted on the interface; host to guest, what"
            + " the client received.",
        "Towards the guest 512 frames circulate: the client sends what it receives into the"
            + " kernel's side of the device by net_af_packet. Where the client is the limit, only"
            + " busy time shows who is cheaper.",
        "Frames from the guest are addressed to nobody on the interface: the kernel drops them"
            + " early, on the core and in the time of whoever hands them over, on both sides"
            + " alike.",
        "Busy time is that of polls that moved something, as testpmd's --record-core-cycles counts"
            + " it, for each frame delivered. CPU is that of all threads of vhost-dp; testpmd polls"
            + " all the time, so it has no such figure.");
  }
}
