package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp config}. */
@Command(
    name = "config",
    description = {"Look at configuration files.", ""},
    subcommands = {ConfigCheckCommand.class, ConfigShowCommand.class, ConfigExampleCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp config example > vhost-dp.toml",
      "  vhost-dp config check vhost-dp.toml",
      "  vhost-dp config show vhost-dp.toml"
    })
final class ConfigCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  ConfigCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A command is missing: check, show or example.");
  }
}
