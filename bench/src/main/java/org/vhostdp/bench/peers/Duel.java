package org.vhostdp.bench.peers;

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
 * Two back-ends of one cell on one core, and one client with a port to each on another. Only the
 * side whose window it is moves frames; the other sleeps.
 */
final class Duel implements AutoCloseable {
  static final String OURS = "vhost-dp";
  static final String PEER = "testpmd";

  private static final int BACK_CPU = 0;
  private static final int CLIENT_CPU = 1;

  /** Bursts of 32 frames in circulation where frames go both ways: half of a ring. */
  private static final int CIRCULATING = 16;

  private static final int SETTLE_MILLIS = 100;

  private final Cell cell;
  private final Workspace workspace = new Workspace();
  private final List<BackEnd> sides = new ArrayList<>();
  private final boolean[] circulating = new boolean[2];
  private Testpmd client;

  private Duel(Cell cell) throws IOException {
    this.cell = cell;
  }

  /** vhost-dp of an image against testpmd. */
  static Duel withPeer(Cell cell, Path launcher) throws IOException, InterruptedException {
    Duel duel = new Duel(cell);
    try {
      Path ours = duel.workspace.fresh(".ours");
      Path peer = duel.workspace.fresh(".peer");
      duel.sides.add(new OurBackEnd(OURS, launcher, cell, BACK_CPU, duel.workspace, ours));
      duel.sides.add(new DpdkBackEnd(cell, BACK_CPU, peer));
      duel.startClient(List.of(ours, peer));
      return duel;
    } catch (IOException | InterruptedException e) {
      duel.close();
      throw e;
    }
  }

  /** vhost-dp of one image against that of another, by name and launcher. */
  static Duel ofTwo(Cell cell, Map<String, Path> launchers)
      throws IOException, InterruptedException {
    Duel duel = new Duel(cell);
    try {
      List<Path> sockets = new ArrayList<>();
      for (Map.Entry<String, Path> side : launchers.entrySet()) {
        Path socket = duel.workspace.fresh(".sock");
        sockets.add(socket);
        duel.sides.add(
            new OurBackEnd(side.getKey(), side.getValue(), cell, BACK_CPU, duel.workspace, socket));
      }
      duel.startClient(sockets);
      return duel;
    } catch (IOException | InterruptedException e) {
      duel.close();
      throw e;
    }
  }

  /** One vhost-dp alone, with more variables in its environment. */
  static Duel alone(Cell cell, Path launcher, Map<String, String> environment)
      throws IOException, InterruptedException {
    Duel duel = new Duel(cell);
    try {
      Path socket = duel.workspace.fresh(".sock");
      duel.sides.add(
          new OurBackEnd(OURS, launcher, cell, BACK_CPU, duel.workspace, socket, environment));
      duel.startClient(List.of(socket));
      return duel;
    } catch (IOException | InterruptedException e) {
      duel.close();
      throw e;
    }
  }

  /** Writes what the flight recorder of the only side has. */
  void dump(Path file) throws IOException, InterruptedException {
    ((OurBackEnd) sides.getFirst()).dump(file);
  }

  private void startClient(List<Path> sockets) throws IOException, InterruptedException {
    List<String> devices = new ArrayList<>();
    for (Path socket : sockets) {
      devices.add(cell.clientDevice(devices.size(), socket));
    }
    client =
        Testpmd.start(
            CLIENT_CPU, "vdp-client", 256, devices, cell.testpmdOptions(cell.direction().client));
    if (cell.frames() == Cell.MIX) {
      client.commands("set txsplit rand");
    }
  }

  /** All windows of the cell, after both sides have been made ready. */
  List<Sample> measure(int warmUpMillis, int rounds, int millis)
      throws IOException, InterruptedException {
    window(0, 0, warmUpMillis);
    window(1, 0, sides.get(1).side().equals(PEER) ? Math.min(warmUpMillis, 500) : warmUpMillis);
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
  Sample window(int index, int round, int millis) throws IOException, InterruptedException {
    BackEnd back = sides.get(index);
    back.go();
    client.commands("set portlist " + index);
    if (cell.direction() == Cell.Direction.BOTH && !circulating[index]) {
      client.goWith(CIRCULATING);
      circulating[index] = true;
    } else {
      client.go();
    }
    Thread.sleep(SETTLE_MILLIS);
    Testpmd.Counters clientBefore = client.counters();
    BackEnd.Counters before = back.counters();
    Thread.sleep(millis);
    Testpmd.Counters clientAfter = client.counters();
    BackEnd.Counters after = back.counters();
    client.halt();
    back.halt();
    return new Sample(back.side(), round, values(back, clientBefore, clientAfter, before, after));
  }

  private Map<String, Double> values(
      BackEnd back,
      Testpmd.Counters from,
      Testpmd.Counters to,
      BackEnd.Counters before,
      BackEnd.Counters after)
      throws IOException {
    boolean sends = cell.direction() == Cell.Direction.GUEST_TO_HOST;
    long moved = sends ? to.sent() - from.sent() : to.received() - from.received();
    long frames = after.frames() - before.frames();
    if (moved <= 0 || frames <= 0) {
      throw new IOException(
          "Nothing moved in the cell \"%s\" with %s. It printed:%n%s"
              .formatted(cell, back.side(), back.output()));
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("pps", moved * 1e9 / (to.nanos() - from.nanos()));
    values.put("busy", (after.busyNanos() - before.busyNanos()) / frames);
    values.put("client", (to.busyNanos() - from.busyNanos()) / moved);
    // Which side waits for the other: frames that a sender could not hand over, for each one moved.
    long refused = sends ? to.refused() - from.refused() : after.refused() - before.refused();
    values.put("refused", refused / (double) moved);
    long bursts = after.bursts() - before.bursts();
    if (bursts > 0) {
      values.put("burst", frames / (double) bursts);
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    if (client != null) {
      client.close();
    }
    sides.forEach(BackEnd::close);
    workspace.close();
  }
}
