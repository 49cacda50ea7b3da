package org.vhostdp.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp run}. */
@Command(
    name = "run",
    customSynopsis = "vhost-dp run [OPTION...]",
    sortOptions = false,
    description = {
      "Serve guests until SIGINT or SIGTERM.",
      "",
      "With neither a file nor options: one port on a TAP device, or on the loopback driver where"
          + " TAP is not allowed; the QEMU command line that attaches a guest is printed.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp run",
      "  vhost-dp run --config /etc/vhost-dp.toml",
      "  vhost-dp run -object vhost-dp-tap,id=tap0,ifname=tap0 \\",
      "               -netdev vhost-dp,id=vd0,driver=tap0,socket=/run/vd0.sock,queues=2",
      "  vhost-dp run --socket-path /run/vd0.sock",
      "",
      "Exit codes: 0 ended by a signal, 1 failed, 2 wrong options or configuration."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  RunCommand() {}

  @Override
  public Integer call() throws Exception {
    return new Run(arguments, spec.commandLine().getOut()).call();
  }
}
