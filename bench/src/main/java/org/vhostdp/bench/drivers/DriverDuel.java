package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Sample;

/**
 * A driver and its peer, each with a device, under one client with a port to each. In each window
 * one of them moves frames; the other sleeps.
 *
 * <p>Towards the guest, frames of a device of the kernel circulate: the client sends what it
 * receives into the far end of the device it came from. A second program as their sender would take
 * turns with the client on its core, each turn far longer than the rings last.
 */
final class DriverDuel implements AutoCloseable {
  private static final int BACK_CPU = 0;
  private static final int CLIENT_CPU = 1;

  /** Bursts of 32 frames that circulate: half of a ring, so that no queue on the way overflows. */
  private static final int CIRCULATING = 16;

  private static final int SETTLE_MILLIS = 100;

  /** Share of a core that a side may take in the windows of the other without being named. */
  private static final double MOST_AWAKE = 0.05;

  static final String OUR_DEVICE = "ours0";
  static final String PEER_DEVICE = "peer0";

  private final Cell cell;
  private final Teardown teardown = new Teardown();
  private final List<Side> sides = new ArrayList<>();
  private final boolean[] circulating = new boolean[2];
  private TestNamespace namespace;
  private Testpmd client;

  private DriverDuel(Cell cell) {
    this.cell = cell;
  }

  static DriverDuel of(Cell cell) throws IOException, InterruptedException {
    DriverDuel duel = new DriverDuel(cell);
    try {
      duel.start();
      return duel;
    } catch (IOException | InterruptedException | RuntimeException e) {
      duel.close();
      throw e;
    }
  }

  private void start() throws IOException, InterruptedException {
    Workspace workspace = new Workspace();
    teardown.add(workspace::close);
    namespace = TestNamespace.create();
    teardown.add(namespace::close);
    Path ours = workspace.fresh(".ours");
    Path peer = workspace.fresh(".peer");
    add(new OurSide(cell, namespace, OUR_DEVICE, BACK_CPU, workspace, ours));
    add(new PeerSide(cell, namespace, PEER_DEVICE, BACK_CPU, peer));
    startClient(ours, peer);
  }

  private void add(Side side) throws IOException {
    teardown.add(side::close);
    sides.add(side);
  }

  private void startClient(Path ours, Path peer) throws IOException, InterruptedException {
    List<String> devices = new ArrayList<>();
    devices.add(Cell.clientDevice(0, ours));
    devices.add(Cell.clientDevice(1, peer));
    if (cell.feedsFarEnd()) {
      for (int i = 0; i < 2; i++) {
        devices.add("net_af_packet%d,iface=%s".formatted(i, farEnd(i).orElseThrow()));
      }
    }
    List<String> options = cell.testpmdOptions(cell.clientMode());
    client = namespace.in(() -> Testpmd.start(CLIENT_CPU, "vdp-client", 256, devices, options));
    teardown.add(client::close);
  }

  private Optional<String> farEnd(int index) {
    return cell.bed().farEnd(index == 0 ? OUR_DEVICE : PEER_DEVICE);
  }

  /** What a reader must know of this cell and its windows. */
  List<String> notes(List<Sample> samples) throws IOException, InterruptedException {
    List<String> notes = new ArrayList<>(cell.bed().notes(namespace, OUR_DEVICE, PEER_DEVICE));
    for (int i = 0; i < sides.size(); i++) {
      String side = sides.get(i).name();
      double awake =
          samples.stream()
              .filter(sample -> !sample.side().equals(side))
              .mapToDouble(sample -> sample.values().get("other"))
              .average()
              .orElse(0);
      if (awake > MOST_AWAKE) {
        notes.add(
            "%s did not sleep in the other side's windows, but took %.2f of a core."
                .formatted(side, awake));
      }
    }
    return notes;
  }

  /** All windows of the cell, after both sides have been made ready. */
  List<Sample> measure(int warmUpMillis, int rounds, int millis)
      throws IOException, InterruptedException {
    window(0, 0, warmUpMillis);
    window(1, 0, Math.min(warmUpMillis, 500));
    List<Sample> samples = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      // The order changes too: whatever grows or wears off within a round favours nobody.
      int first = round & 1;
      samples.add(window(first, round, millis));
      samples.add(window(1 - first, round, millis));
    }
    return samples;
  }

  /** One window of one side. */
  private Sample window(int index, int round, int millis) throws IOException, InterruptedException {
    Side side = sides.get(index);
    side.go();
    startTraffic(index);
    Thread.sleep(SETTLE_MILLIS);
    Side other = sides.get(1 - index);
    long otherBefore = other.cpuNanos();
    Delivered from = delivered(index);
    Side.Counters before = side.counters();
    Thread.sleep(millis);
    Delivered to = delivered(index);
    Side.Counters after = side.counters();
    long otherNanos = other.cpuNanos() - otherBefore;
    client.halt();
    side.halt();
    Map<String, Double> values = values(side, from, to, before, after);
    values.put("other", otherNanos / (double) (after.nanos() - before.nanos()));
    return new Sample(side.name(), round, values);
  }

  private void startTraffic(int index) throws IOException, InterruptedException {
    // The ports of the client: two of virtio, then, where it feeds them, the two far ends.
    int source = cell.feedsFarEnd() ? index + 2 : index;
    String all = source == index ? "" + index : index + "," + source;
    if (cell.circulates() && !circulating[index]) {
      client.commands("set portlist " + source);
      client.goWith(CIRCULATING);
      circulating[index] = true;
      if (source == index) {
        return;
      }
      client.halt();
    }
    client.commands("set portlist " + all);
    client.go();
  }

  /**
   * What has arrived at the far end.
   *
   * @param nanos of the clock
   * @param sent frames that the client got rid of, wherever they are
   */
  private record Delivered(long nanos, long frames, long sent) {}

  private Delivered delivered(int index) throws IOException, InterruptedException {
    Testpmd.Counters now = client.counters();
    if (cell.direction() != Direction.GUEST_TO_HOST) {
      return new Delivered(now.nanos(), now.received(), now.sent());
    }
    Optional<String> farEnd = farEnd(index);
    if (farEnd.isEmpty()) {
      return new Delivered(now.nanos(), now.sent(), now.sent());
    }
    TestNamespace.Received received = namespace.received(farEnd.get());
    return new Delivered(received.nanos(), received.frames(), now.sent());
  }

  private Map<String, Double> values(
      Side side, Delivered from, Delivered to, Side.Counters before, Side.Counters after)
      throws IOException {
    long frames = to.frames() - from.frames();
    if (frames <= 0) {
      throw new IOException(
          "Nothing arrived in the cell \"%s\" with %s. It printed:%n%s"
              .formatted(cell, side.name(), side.output()));
    }
    double pps = frames * 1e9 / (to.nanos() - from.nanos());
    // The counters are read one after the other, so rates are compared, not differences.
    double seconds = (after.nanos() - before.nanos()) / 1e9;
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("pps", pps);
    values.put("busy", (after.busyNanos() - before.busyNanos()) / seconds / pps);
    double cpu = (after.cpuNanos() - before.cpuNanos()) / 1e9 / seconds;
    if (!side.alwaysPolls()) {
      values.put("cpu", cpu * 1e9 / pps);
    }
    // Of a side that polls all the time, this is what others on its core have left it.
    values.put("cores", cpu);
    // Near 1, nothing is lost on the way.
    values.put("sent", (to.sent() - from.sent()) / (double) frames);
    return values;
  }

  @Override
  public void close() throws IOException {
    teardown.close();
  }
}
