package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command without a subcommand: it shows its help. */
@Command(
    name = "vhost-dp",
    versionProvider = ProgramVersion.class,
    description = {
      "A vhost dataplane: guests attach their network devices by vhost-user, drivers carry the"
          + " frames.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommandsRepeatable = false,
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp demo                       a Linux guest's packets cross a TAP device",
      "  vhost-dp run                        one port; prints how a QEMU guest attaches",
      "  vhost-dp run --config vhost-dp.toml",
      "  vhost-dp -object vhost-dp-tap,id=tap0 -netdev vhost-dp,id=vd0,driver=tap0",
      "",
      "Options without a command are those of run.",
      "Exit codes: 0 done, 1 failed, 2 wrong options or configuration."
    })
final class RootCommand implements Runnable {
  @Mixin private CommonOptions common;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of this program, its SPI and Java, and exit.")
  private boolean version;

  @Spec private CommandSpec spec;

  /** For picocli. */
  RootCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
  }
}
