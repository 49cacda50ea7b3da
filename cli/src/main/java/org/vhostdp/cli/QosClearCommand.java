package org.vhostdp.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp qos clear}. */
@Command(
    name = "clear",
    description = {"Take all limits, priorities and shares of a port away.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp qos clear vd0",
      "",
      "Exit codes: 0 done, 1 refused and nothing changed, or no instance answers,",
      "2 wrong options, or several instances run."
    })
final class QosClearCommand implements Callable<Integer> {
  @Mixin private QosChange change;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  QosClearCommand() {}

  @Override
  public Integer call() throws Exception {
    return change.ask(List.of(), false, spec.commandLine().getOut());
  }
}
