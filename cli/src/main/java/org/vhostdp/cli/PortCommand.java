package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp port}. */
@Command(
    name = "port",
    description = {"Look at a running instance's ports, and move one to another driver.", ""},
    subcommands = {PortListCommand.class, PortSwapCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {"  vhost-dp port list", "  vhost-dp port swap vd0 --driver tap1"})
final class PortCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  PortCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A command is missing: list or swap.");
  }
}
