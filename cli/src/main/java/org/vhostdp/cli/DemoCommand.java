package org.vhostdp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.demo.Demo;
import org.vhostdp.cli.demo.DemoPlan;
import org.vhostdp.cli.demo.DemoResult;
import org.vhostdp.cli.demo.GuestKind;
import org.vhostdp.cli.log.StderrLoggers;
import org.vhostdp.cli.text.Terminal;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp demo}. */
@Command(
    name = "demo",
    sortOptions = false,
    description = {
      "Boot a Linux guest whose only network interface is a port of this dataplane, ping, move TCP"
          + " both ways, and clean up.",
      "",
      "Everything happens in a network namespace of its own. Without root a user namespace is made"
          + " for it; afxdp and netmap need root.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp demo",
      "  vhost-dp demo --guest qemu --queues 2 --mtu 9000",
      "  vhost-dp demo --driver afxdp",
      "  vhost-dp demo --guest builtin --driver loopback --json",
      "",
      "Exit codes: 0 everything crossed, 1 something did not, 2 wrong options, 130 or 143"
          + " ended by a signal."
    })
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--guest",
      paramLabel = "KIND",
      description =
          "uml (user-mode Linux), qemu (with the distribution's kernel), or builtin (a driver in"
              + " Java, for machines where nothing can be installed). Default: uml if installed.")
  private GuestKind guest;

  @Option(
      names = "--driver",
      paramLabel = "ID",
      description =
          "tap, afpacket, afxdp and netmap (each on one end of a veth pair), dpdk (on its net_tap;"
              + " with an MTU above 1500 on its net_pcap, and one end of a veth pair), or, with the"
              + " builtin guest, any driver that needs no keys and returns the guest's frames, such"
              + " as loopback (tap).")
  private String driver = "tap";

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "A folder of drivers, searched first. May be repeated.")
  private List<Path> stores = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of installed drivers' data (/var/lib/vhost-dp, or this user's).")
  private Path data;

  @Option(names = "--queues", paramLabel = "N", description = "Queue pairs, 1 to 16 (1).")
  private int queues = 1;

  @Option(names = "--mtu", paramLabel = "N", description = "MTU in bytes, 576 to 65521 (1500).")
  private int mtu;

  @Option(names = "--seconds", paramLabel = "N", description = "Seconds each way, 1 to 300 (3).")
  private int seconds = 3;

  @Option(names = "--json", description = "Show the result as JSON, and no progress.")
  private boolean json;

  @Option(names = "--keep", description = "Leave everything running until Ctrl-C.")
  private boolean keep;

  @Option(names = "--inside", hidden = true, description = "Already in a user namespace.")
  private boolean inside;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DemoCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    check();
    if (Demo.hasFarEnd(driver) && UserNamespace.needed()) {
      return asRoot();
    }
    DemoPlan plan = new DemoPlan(chosen(out), driver, queues, mtu, seconds, keep);
    DriverStore store = DriverStores.open(stores, data, DriverStores.anyTrust());
    if (!StderrLoggers.verbose()) {
      // Attach and detach are what it tells itself.
      StderrLoggers.threshold(System.Logger.Level.WARNING);
    }
    PrintWriter told = json ? new PrintWriter(Writer.nullWriter()) : out;
    Thread worker = Thread.currentThread();
    try (StopSignal stop = StopSignal.asInterrupt(worker::interrupt)) {
      boolean live = !json && Terminal.isThere();
      Demo demo = new Demo(plan, store, told, live, OwnVersion.text());
      DemoResult result = demo.run(advice -> pause(told, stop, advice));
      if (json) {
        out.println(Json.pretty(result.json()));
      } else {
        out.println();
        result.lines().forEach(out::println);
      }
      return Exit.OK;
    }
  }

  /** The same in a user namespace, where that gives the rights that the driver needs. */
  private int asRoot() throws CommandFailed, IOException, InterruptedException {
    if (!Demo.worksInUserNamespace(driver)) {
      throw new CommandFailed(
          "The driver "
              + driver
              + " needs more than root of a user namespace may do: run this as root, or use"
              + " --driver afpacket.");
    }
    return UserNamespace.enter(inside);
  }

  private void check() throws CommandFailed {
    range("--queues", queues, 1, 16);
    range("--seconds", seconds, 1, 300);
    if (mtu != 0) {
      range("--mtu", mtu, 576, 65521);
    }
    if (!Demo.hasFarEnd(driver)) {
      if (guest == null) {
        guest = GuestKind.builtin;
      } else if (guest != GuestKind.builtin) {
        throw new CommandFailed(
            Exit.USAGE,
            "The demonstration knows no other side for the driver "
                + driver
                + ", and a kernel does not take its own frames back. Use "
                + driver
                + " with --guest builtin.");
      }
    }
  }

  private static void range(String option, int value, int min, int max) throws CommandFailed {
    if (value < min || value > max) {
      throw new CommandFailed(
          Exit.USAGE, option + " " + value + " is not a number from " + min + " to " + max + ".");
    }
  }

  /**
   * The guest asked for, which must be there; or user-mode Linux; or the built-in one, saying so.
   */
  private GuestKind chosen(PrintWriter out) throws CommandFailed {
    GuestKind kind = guest == null ? GuestKind.uml : guest;
    Optional<String> reason = Demo.unavailable(kind);
    if (reason.isEmpty()) {
      return kind;
    }
    if (guest != null) {
      throw new CommandFailed(reason.get());
    }
    if (!json) {
      out.println(reason.get() + " So this shows the built-in guest instead, which is no kernel.");
    }
    return GuestKind.builtin;
  }

  private static void pause(PrintWriter out, StopSignal stop, String advice)
      throws InterruptedException {
    out.println("Kept until Ctrl-C: " + advice);
    out.flush();
    stop.await(Long.MAX_VALUE);
  }
}
