package org.vhostdp.bench.peers;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;

/** vhost-dp with the reference driver, or another, at its end. */
final class OurBackEnd implements BackEnd {
  private final String side;
  private final Cell cell;
  private final Instance instance;

  /**
   * @param launcher of the image to run
   */
  OurBackEnd(String side, Path launcher, Cell cell, int cpu, Workspace workspace, Path socket)
      throws IOException, InterruptedException {
    this(side, launcher, cell, cpu, workspace, socket, Map.of());
  }

  /** The same with more variables in its environment. */
  OurBackEnd(
      String side,
      Path launcher,
      Cell cell,
      int cpu,
      Workspace workspace,
      Path socket,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    this.side = side;
    this.cell = cell;
    this.instance = Instance.start(launcher, cpu, workspace, arguments(cell, socket), environment);
  }

  private static List<String> arguments(Cell cell, Path socket) {
    return List.of(
        "--busy-time",
        "-object",
        cell.ending().object(cell) + ",id=d0",
        "-netdev",
        "vhost-dp,id=vd0,driver=d0,socket=" + socket);
  }

  @Override
  public String side() {
    return side;
  }

  @Override
  public void go() throws IOException, InterruptedException {
    // It moves whatever is there.
    if (cell.ending().isPolled()) {
      instance.resume();
    }
  }

  @Override
  public void halt() throws IOException, InterruptedException {
    // It sleeps when nothing is there.
    if (cell.ending().isPolled()) {
      instance.pause();
    }
  }

  @Override
  public Counters counters() throws IOException {
    JsonObject status = instance.status();
    // Both ways, each frame is counted as it comes and as it goes.
    long passes = cell.direction() == Cell.Direction.BOTH ? 2 : 1;
    return new Counters(
        Instance.frames(status) / passes,
        Instance.busyNanos(status),
        0,
        Instance.bursts(status) / passes);
  }

  /** Writes what its flight recorder has. */
  void dump(Path file) throws IOException, InterruptedException {
    // A process that is stopped does not answer.
    instance.resume();
    instance.diagnose("JFR.dump", "filename=" + file);
  }

  @Override
  public String output() {
    return instance.output();
  }

  @Override
  public void close() {
    instance.close();
  }
}
