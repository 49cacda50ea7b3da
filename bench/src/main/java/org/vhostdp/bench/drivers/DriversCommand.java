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
import org.vhostdp.bench.result.Sample;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The suite {@code drivers}. */
@Command(
    name = "drivers",
    mixinStandardHelpOptions = true,
    description = {
      "Each driver and DPDK's for the same kind of device, window by window in turn, under the same"
          + " client (testpmd virtio-user): TAP and net_tap; packet and XDP sockets on veth and"
          + " net_af_packet and net_af_xdp; net_null and net_ring through driver-dpdk and"
          + " natively.",
      "Devices and traffic stay in network namespaces that the suite makes and deletes. The full"
          + " run takes about ten minutes, --quick three."
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
      description = "Only cells whose name matches, such as \"afxdp, guest to host\".")
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
      List<Sample> samples = duel.measure(WARM_UP_MILLIS, rounds, millis);
      return new Row(cell.toString(), cell.parameters(), samples, duel.notes(samples));
    }
  }

  private static Map<String, String> settings(int rounds, int millis) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", rounds + " of each side, " + millis + " ms");
    settings.put("back-end", "core 0, one queue pair of 1024, split ring, mergeable buffers");
    settings.put("client", "testpmd virtio-user on core 1, one process with a port to each side");
    settings.put(
        "testpmd",
        "forwards between net_vhost and net_tap, net_af_packet (afpacket), net_af_xdp (afxdp),"
            + " net_null or net_ring");
    settings.put("options", "none: each side as it is without");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        "Delivered: guest to host, what the kernel counted at the device's far end (net_null: what"
            + " the client handed over); otherwise what the client received.",
        "Host to guest, tap and veth: 512 frames circulate, for the client sends what it receives"
            + " into the device's far end by net_af_packet. Where the client is the limit, only"
            + " busy time shows who is cheaper.",
        "Both ways: the far end of a veth sends back what arrives there (tc, mirred), and net_ring"
            + " what it was given; 512 frames circulate. On a veth the kernel works for both ways"
            + " on the back-end's core, so the back-end is the limit.",
        "A veth has no zero copy: the kernel copies each frame into and out of the memory of both"
            + " sides' XDP sockets.",
        "Frames from the guest are addressed to nobody: a far end that does not send them back"
            + " drops them early, on the core and in the time of whoever hands them over, on both"
            + " sides alike.",
        "vhost-dp can only poll the devices of DPDK, and never sleeps there: it is stopped"
            + " (SIGSTOP) in testpmd's windows. testpmd polls as it would without vhost-dp, and"
            + " does nothing in the windows of vhost-dp.",
        "net_null makes frames whose bytes nobody writes, and is told to make none where it only"
            + " takes some. There testpmd counts every poll towards the guest as busy.",
        "Busy time is that of polls that moved something, as testpmd's --record-core-cycles counts"
            + " it, for each frame delivered. CPU is that of all threads of vhost-dp; testpmd polls"
            + " all the time, so it has no such figure.");
  }
}
