package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver}. */
@Command(
    name = "driver",
    description = {"Look at the drivers in the store.", ""},
    subcommands = {DriverListCommand.class, DriverShowCommand.class, DriverDoctorCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {"  vhost-dp driver list", "  vhost-dp driver show tap", "  vhost-dp driver doctor"})
final class DriverCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A command is missing: list, show or doctor.");
  }
}
