package org.vhostdp.bench;

import org.vhostdp.bench.drivers.DriversCommand;
import org.vhostdp.bench.idle.IdleCommand;
import org.vhostdp.bench.jmh.JmhCommand;
import org.vhostdp.bench.latency.LatencyCommand;
import org.vhostdp.bench.peers.GuardCommand;
import org.vhostdp.bench.peers.PeersCommand;
import org.vhostdp.bench.peers.ProfileCommand;
import org.vhostdp.bench.qos.QosCommand;
import org.vhostdp.bench.report.ReportCommand;
import org.vhostdp.bench.scale.ScaleCommand;
import org.vhostdp.bench.startup.StartupCommand;
import org.vhostdp.bench.tcp.TcpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code bench/run}. */
@Command(
    name = "bench/run",
    description = "Measures vhost-dp, alternating with its C peers, on this machine.",
    synopsisSubcommandLabel = "SUITE",
    subcommands = {
      PeersCommand.class,
      DriversCommand.class,
      LatencyCommand.class,
      TcpCommand.class,
      IdleCommand.class,
      QosCommand.class,
      ScaleCommand.class,
      StartupCommand.class,
      JmhCommand.class,
      GuardCommand.class,
      ProfileCommand.class,
      ReportCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Needs root, two cores, 2 MiB pages (taken and given back) and DPDK's testpmd. The back-end"
          + " runs on core 0, its client on core 1. Nothing else should run meanwhile.",
      "Exit codes: 0 done, 1 failed or a target missed that the suite enforces, 2 wrong usage,"
          + " 3 a program is missing."
    })
public final class Bench {
  /** For picocli. */
  Bench() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Bench());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
          System.err.println("bench: " + text);
          return 1;
        });
    System.exit(arguments.length == 0 ? line.execute("help") : line.execute(arguments));
  }
}
