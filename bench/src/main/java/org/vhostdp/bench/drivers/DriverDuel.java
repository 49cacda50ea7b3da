package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Sample;

/**
 * A driver and its peer, each with a device, under one client with a port to each. In each window
 * one of them moves frames; the other sleeps.
 *
 * <p>Towards the guest, frames circulate: the client sends what it receives into the kernel's side
 * of the device it came from. A second program as their sender would take turns with the client on
 * its core, each turn far longer than the rings last.
 */
final class DriverDuel implements AutoCloseable {
  private static final int BACK_CPU = 0;
  private static final int CLIENT_CPU = 1;

  /** Bursts of 32 frames that circulate: half of a ring, so that no queue on the way overflows. */
  private static final int CIRCULATING = 16;

  private static final int SETTLE_MILLIS = 100;
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
    add(new OurSide(cell.bed(), namespace, OUR_DEVICE, BACK_CPU, workspace, ours));
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
    if (circulates()) {
      for (int i = 0; i < 2; i++) {
        devices.add("net_af_packet%d,iface=%s".formatted(i, sides.get(i).kernelSide()));
      }
    }
    List<String> options = cell.testpmdOptions(cell.direction().client);
    client = namespace.in(() -> Testpmd.start(CLIENT_CPU, "vdp-client", 256, devices, options));
    teardown.add(client::close);
  }

  private boolean circulates() {
    return cell.direction() == Cell.Direction.HOST_TO_GUEST;
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
    Delivered from = delivered(side);
    Side.Counters before = side.counters();
    Thread.sleep(millis);
    Delivered to = delivered(side);
    Side.Counters after = side.counters();
    client.halt();
    side.halt();
    return new Sample(side.name(), round, values(side, from, to, before, after));
  }

  private void startTraffic(int index) throws IOException, InterruptedException {
    if (circulates()) {
      int kernelSide = index + 2;
      if (!circulating[index]) {
        client.commands("set portlist " + kernelSide);
        client.goWith(CIRCULATING);
        client.halt();
        circulating[index] = true;
      }
      client.commands("set portlist " + index + "," + kernelSide);
    } else {
      client.commands("set portlist " + index);
    }
    client.go();
  }

  /**
   * What has arrived at the far end.
   *
   * @param nanos of the clock
   * @param sent frames that the client got rid of, wherever they are
   */
  private record Delivered(long nanos, long frames, long sent) {}

  private Delivered delivered(Side side) throws IOException, InterruptedException {
    Testpmd.Counters now = client.counters();
    if (circulates()) {
      return new Delivered(now.nanos(), now.received(), now.sent());
    }
    TestNamespace.Received received = namespace.received(side.kernelSide());
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
    if (after.cpuNanos().isPresent()) {
      double cpu = after.cpuNanos().getAsDouble() - before.cpuNanos().getAsDouble();
      values.put("cpu", cpu / seconds / pps);
    }
    // Near 1, nothing is lost on the way.
    values.put("sent", (to.sent() - from.sent()) / (double) frames);
    return values;
  }

  @Override
  public void close() throws IOException {
    teardown.close();
  }
}
