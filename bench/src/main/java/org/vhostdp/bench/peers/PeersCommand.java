package org.vhostdp.bench.peers;

import java.io.IOException;
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

/** The suite {@code peers}. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = {
      "vhost-dp and DPDK testpmd (net_vhost) as back-end, window by window in turn, under the same"
          + " client (testpmd virtio-user).",
      "The full run takes about twenty minutes, --quick two and a half; with --driver dpdk a"
          + " quarter of an hour and three minutes."
    })
public final class PeersCommand implements Callable<Integer> {
  private static final int WARM_UP_MILLIS = 3000;

  private static final String DELIVERED =
      "Delivered is what the client moved. Where the client is the limit, only busy time shows"
          + " who is cheaper.";

  private static final String BUSY =
      "Busy time is that of polls that moved something, as testpmd's --record-core-cycles counts"
          + " it. Towards the guest testpmd counts every poll, also those that found the ring"
          + " full, so there its figure holds only where the back-end is the limit.";

  private static final String MIX =
      "Mix: frames of 64, 570 and 1518 bytes at random, a third each; testpmd's are chains of"
          + " one, two or three segments";

  private static final List<Metric> METRICS =
      List.of(
          new Metric("pps", "delivered", "Mpps", 1e6, true),
          new Metric("busy", "back-end busy", "ns/frame", 1, false),
          new Metric("client", "client busy", "ns/frame", 1, false),
          new Metric("burst", "frames per burst", "", 1, true));

  @Mixin SuiteOptions options;

  @Mixin EndingOption driver;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Only cells whose name matches, such as \"split, .*1500\".")
  Pattern only = Pattern.compile("");

  @Option(
      names = "--window",
      paramLabel = "MILLIS",
      description = "Length of a window (${DEFAULT-VALUE}).")
  int window = 300;

  /** For picocli. */
  PeersCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Cell> cells = driver.cells(options.quick());
    cells.removeIf(cell -> !only.matcher(cell.toString()).find());
    int rounds = options.rounds(10, 10);
    int millis = window;
    List<Row> rows = new ArrayList<>();
    for (Cell cell : cells) {
      options.progress("[%d/%d] %s", rows.size() + 1, cells.size(), cell);
      rows.add(measure(cell, rounds, millis));
    }
    options.publish(
        options.result(
            driver.isReference()
                ? "vhost-dp beside DPDK's vhost"
                : "vhost-dp beside DPDK's vhost, both before a device of DPDK",
            settings(rounds, millis),
            Duel.OURS,
            METRICS,
            rows,
            driver.isReference() ? notes() : notesOfDevices()));
    return 0;
  }

  private static Row measure(Cell cell, int rounds, int millis)
      throws IOException, InterruptedException {
    try (Duel duel = Duel.withPeer(cell, Instance.launcher())) {
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
    settings.put("back-end", "core 0, one queue pair of 1024");
    settings.put("client", "testpmd virtio-user on core 1, one process with a port to each side");
    return settings;
  }

  private static List<String> notes() {
    return List.of(
        DELIVERED,
        BUSY,
        "Each frame is copied once on each way: into, or out of, the reference driver's own memory;"
            + " into, or out of, testpmd's mbufs.",
        MIX + ", those of the reference driver lie in one piece.");
  }

  private static List<String> notesOfDevices() {
    return List.of(
        DELIVERED,
        BUSY,
        "vhost-dp reaches the device through driver-dpdk; testpmd forwards between net_vhost and"
            + " the device. Each frame is copied once on each way, into, or out of, mbufs.",
        "vhost-dp can only poll the device, and never sleeps: it is stopped (SIGSTOP) in testpmd's"
            + " windows.",
        "net_null frees what it is given and makes frames whose bytes nobody writes; towards the"
            + " host it is told to make none. net_ring hands back each mbuf, so that 512 frames"
            + " circulate.",
        MIX + ".");
  }
}
