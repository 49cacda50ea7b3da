package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.guest.machine.CommandResult;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNet;
import org.vhostdp.guest.machine.GuestNic;

/** A guest, one side's back-end, the host's end: booted, connected, and ended together. */
final class Bed implements AutoCloseable {
  private static final int IO_CPU = 0;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** What decides how big the frames between guest and TAP are. */
  private static final String OFFLOADS =
      "ethtool -k %s | grep -E"
          + " '^(tx-checksumming|tcp-segmentation-offload|rx-gro-hw|generic-receive-offload):'";

  private final HostSide host;
  private final Workspace workspace;
  private final Thread hook = new Thread(this::end, "bed-shutdown");
  private volatile Instance backEnd;
  private volatile GuestMachine machine;
  private String nic;
  private boolean ended;

  private Bed(HostSide host, Workspace workspace) {
    this.host = host;
    this.workspace = workspace;
  }

  /** Boots and connects; nothing is left behind if that fails. */
  static Bed boot(Guest guest, Side side) throws IOException, InterruptedException {
    Bed bed = new Bed(HostSide.create(), new Workspace());
    try {
      Runtime.getRuntime().addShutdownHook(bed.hook);
      bed.connect(guest, side);
      return bed;
    } catch (IOException | InterruptedException | RuntimeException e) {
      bed.close();
      throw e;
    }
  }

  private void connect(Guest guest, Side side) throws IOException, InterruptedException {
    Path socket = workspace.fresh(".sock");
    if (side == Side.VHOST_DP) {
      backEnd = Instance.start(IO_CPU, workspace, options(socket));
    }
    machine = host.in(() -> side.boot(guest, GuestNic.on(socket), HostSide.TAP));
    // User-mode Linux opens its TAP when the guest sets its interface up, so the guest comes first.
    nic = GuestNet.configure(machine, HostSide.GUEST_ADDRESS + HostSide.PREFIX, 0);
    host.serve();
  }

  private List<String> options(Path socket) {
    return List.of(
        "-object",
        "vhost-dp-tap,id=tap,ifname=" + HostSide.TAP + ",netns=" + host.path(),
        "-netdev",
        "vhost-dp,id=port,driver=tap,queues=1,socket=" + socket);
  }

  HostSide host() {
    return host;
  }

  GuestMachine machine() {
    return machine;
  }

  /** The processes that move the frames, and the guest. */
  List<Long> processes() {
    List<Long> pids = new ArrayList<>(List.of(machine.pid()));
    if (backEnd != null) {
      pids.add(backEnd.pid());
    }
    return pids;
  }

  /** The guest's offloads in one line; empty if it cannot say. */
  String offloads() throws IOException, InterruptedException {
    CommandResult result = machine.run(OFFLOADS.formatted(nic), LIMIT);
    return result.succeeded()
        ? result.output().lines().map(String::strip).collect(Collectors.joining(", "))
        : "";
  }

  /** As {@link #close}, for the end of this process, at which nobody is left to tell. */
  private void end() {
    try {
      endOnce();
    } catch (IOException e) {
      System.err.println("bench: not everything of this measurement ended: " + e.getMessage());
    }
  }

  private synchronized void endOnce() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    try (var _ = workspace;
        var _ = host;
        var _ = backEnd;
        var _ = machine) {
      // Each of them ends, the last named first, whatever becomes of the others.
    }
  }

  @Override
  public void close() throws IOException {
    endOnce();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      System.getLogger(Bed.class.getName()).log(Level.DEBUG, "This process ends already", e);
    }
  }
}
