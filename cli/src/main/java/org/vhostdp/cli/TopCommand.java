package org.vhostdp.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.cli.control.ControlClient;
import org.vhostdp.cli.text.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp top}. */
@Command(
    name = "top",
    description = {"Show rates of a running instance, again and again, until Ctrl-C.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp top",
      "  vhost-dp top --interval 0.5",
      "  vhost-dp top --queues",
      "  vhost-dp top --once | cat",
      "",
      "RX is what the guest receives, TX what it sends. Frames and bits are per second.",
      "LOAD is a thread's time in turns with work (key busy-time), otherwise its CPU time.",
      "Exit codes: 0 done, 1 no instance answers, 2 wrong options, or several instances run."
    })
final class TopCommand implements Callable<Integer> {
  @Mixin private InstanceChoice instance;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "SECONDS",
      description = "Time between two looks (1).")
  private double interval = 1;

  @Option(names = "--once", description = "Show one interval and exit.")
  private boolean once;

  @Option(names = "--queues", description = "Show each queue as well.")
  private boolean queues;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TopCommand() {}

  @Override
  public Integer call() throws Exception {
    if (!(interval >= 0.1 && interval <= 3600)) {
      throw new CommandFailed(
          Exit.USAGE, "--interval " + interval + " is not a number of seconds from 0.1 to 3600.");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path socket = instance.socket();
    boolean live = !once && Terminal.isThere();
    try (StopSignal stop = StopSignal.asSuccess()) {
      Map<String, Object> before = ControlClient.status(socket);
      while (!stop.await(Math.round(interval * 1000))) {
        Map<String, Object> now = ControlClient.status(socket);
        show(out, RateTable.lines(before, now, queues), live);
        before = now;
        if (once) {
          break;
        }
      }
    }
    return Exit.OK;
  }

  private static void show(PrintWriter out, List<String> lines, boolean live) {
    if (live) {
      out.print(Terminal.redraw(lines));
    } else {
      lines.forEach(out::println);
      out.println();
    }
    out.flush();
  }
}
