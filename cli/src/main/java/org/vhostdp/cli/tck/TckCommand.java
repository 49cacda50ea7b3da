package org.vhostdp.cli.tck;

import org.vhostdp.cli.CommonOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck}. */
@Command(
    name = "tck",
    description = {"Test drivers against the SPI's rules, and certify the result.", ""},
    subcommands = {
      TckRulesCommand.class,
      TckRunCommand.class,
      TckReportCommand.class,
      TckKeyCommand.class,
      TckSignCommand.class,
      TckVerifyCommand.class,
      TckDiffCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck rules",
      "  vhost-dp tck run --driver target/store/toy --report report",
      "  vhost-dp tck key me.pem",
      "  vhost-dp tck sign --result report --key me.pem --driver target/store/toy",
      "  vhost-dp tck verify target/store/toy --level self"
    })
public final class TckCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  public TckCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "A command is missing: "
            + String.join(", ", spec.commandLine().getSubcommands().keySet())
            + ".");
  }
}
