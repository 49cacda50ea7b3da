package org.vhostdp.bench.peers;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;

/** vhost-dp with the reference driver at its end. */
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
    String frames =
        cell.direction() != Cell.Direction.HOST_TO_GUEST
            ? ""
            : cell.frames() == Cell.MIX ? ",frame-mix=true" : ",frame-bytes=" + cell.frames();
    return List.of(
        "--busy-time",
        "-object",
        // Without foreign memory: each frame is copied into, or out of, the driver's own memory.
        // Without offloads: its frames have the room of one Ethernet frame, as testpmd's mbufs.
        "vhost-dp-loopback,id=d0,foreign=false,offloads=none,mtu=1518,depth=128,"
            + cell.direction().driver
            + frames,
        "-netdev",
        "vhost-dp,id=vd0,driver=d0,socket=" + socket);
  }

  @Override
  public String side() {
    return side;
  }

  @Override
  public void go() {
    // It moves whatever is there.
  }

  @Override
  public void halt() {
    // It sleeps when nothing is there.
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
