package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver}. */
@Command(
    name = "driver",
    description = {"Install, choose, check and look at drivers.", ""},
    subcommands = {
      DriverListCommand.class,
      DriverShowCommand.class,
      DriverVerifyCommand.class,
      DriverDoctorCommand.class,
      DriverInstallCommand.class,
      DriverEnableCommand.class,
      DriverDisableCommand.class,
      DriverRollbackCommand.class,
      DriverRemoveCommand.class,
      DriverSearchCommand.class,
      DriverCatalogueCommand.class,
      DriverNewCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver list",
      "  vhost-dp driver show tap",
      "  vhost-dp driver doctor",
      "  vhost-dp driver install toy-1.2.0.zip",
      "  vhost-dp driver rollback toy",
      "  vhost-dp driver new toy"
    })
final class DriverCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "A command is missing: list, show, verify, doctor, install, enable, disable, rollback,"
            + " remove, search, catalogue or new.");
  }
}
