package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Sample;

/** One back-end of a cell with its client. It sleeps unless a window is its own. */
final class Side implements AutoCloseable {
  static final String OURS = "vhost-dp";
  static final String PEER = "testpmd";

  /** Huge pages of each testpmd, MiB. */
  static final int TESTPMD_MIB = 256;

  /** Every frame is copied into, or out of, memory of the driver, as testpmd has it in mbufs. */
  private static final String OWN_FRAMES =
      "foreign = false\nmtu = 1500\nframe-room = 2048\ndepth = 256\n";

  private static final int BACK_CPU = 0;
  private static final int CLIENT_CPU = 1;

  private final String name;
  private final Direction direction;
  private final double startMillis;
  private final Instance instance;
  private final Testpmd testpmd;
  private Client client;

  private Side(Direction direction, Instance instance, Testpmd testpmd, double startMillis) {
    this.name = instance != null ? OURS : PEER;
    this.direction = direction;
    this.instance = instance;
    this.testpmd = testpmd;
    this.startMillis = startMillis;
  }

  /** Starts vhost-dp and attaches its guests. */
  static Side ours(Cell cell, Direction direction, Workspace workspace, TapNamespace namespace)
      throws IOException, InterruptedException {
    String driver =
        cell.tap()
            ? namespace.driver(cell.pairs())
            : Ports.LOOPBACK + direction.driver + OWN_FRAMES + "queues = " + cell.pairs();
    Ports ports = Ports.write(workspace, cell.ports(), cell.pairs(), driver);
    Listening listening = Listening.watch(ports.sockets());
    Instance instance = Instance.start(BACK_CPU, workspace, ports.arguments());
    return attached(instance, null, listening, cell, direction, ports.sockets());
  }

  /** The same of testpmd. */
  static Side peer(Cell cell, Direction direction, Workspace workspace)
      throws IOException, InterruptedException {
    List<Path> sockets = new ArrayList<>();
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < cell.ports(); i++) {
      sockets.add(workspace.fresh(".sock"));
      devices.add("net_vhost%d,iface=%s,queues=%d".formatted(i, sockets.get(i), cell.pairs()));
    }
    Listening listening = Listening.watch(sockets);
    Testpmd testpmd =
        Testpmd.start(
            BACK_CPU,
            "vdp-scale-back",
            TESTPMD_MIB,
            devices,
            testpmdOptions(direction.peer, cell.pairs()));
    return attached(null, testpmd, listening, cell, direction, sockets);
  }

  private static Side attached(
      Instance instance,
      Testpmd testpmd,
      Listening listening,
      Cell cell,
      Direction direction,
      List<Path> sockets)
      throws IOException, InterruptedException {
    Side side = null;
    try {
      side = new Side(direction, instance, testpmd, listening.millis());
      side.client =
          cell.testpmdClient()
              ? TestpmdClient.start(
                  CLIENT_CPU, "vdp-scale-" + side.name, sockets, cell.pairs(), direction)
              : TwinClient.start(CLIENT_CPU, sockets, cell.pairs(), direction);
      return side;
    } finally {
      if (side == null || side.client == null) {
        end(instance, testpmd);
      }
    }
  }

  static List<String> testpmdOptions(String mode, int pairs) {
    return List.of(
        "--forward-mode=" + mode,
        "--rxq=" + pairs,
        "--txq=" + pairs,
        "--total-num-mbufs=32768",
        "--txpkts=" + Client.FRAME_BYTES);
  }

  /** Milliseconds from its start to the last listening socket. */
  Sample start(int round) {
    return new Sample(name, round, Map.of("start", startMillis));
  }

  /** One window. */
  Sample window(int round, int millis) throws IOException, InterruptedException {
    if (testpmd != null) {
      testpmd.go();
    }
    double rate = client.framesPerSecond(millis);
    if (testpmd != null) {
      testpmd.halt();
    }
    if (rate <= 0) {
      throw new IOException(
          "Nothing moved. "
              + name
              + " printed:\n"
              + (instance != null ? instance.output() : testpmd.output()));
    }
    return new Sample(name, round, Map.of(direction.key, rate));
  }

  /** Its memory now. */
  Sample footprint() throws IOException {
    long pid = instance != null ? instance.pid() : testpmd.pid();
    return new Sample(name, 0, Footprint.of(pid).values());
  }

  private static void end(Instance instance, Testpmd testpmd) {
    if (instance != null) {
      instance.close();
    }
    if (testpmd != null) {
      testpmd.close();
    }
  }

  @Override
  public void close() {
    client.close();
    end(instance, testpmd);
  }
}
