package org.vhostdp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp qos}. */
@Command(
    name = "qos",
    description = {"Show and change rate limits, priorities and shares while guests run.", ""},
    subcommands = {
      QosShowCommand.class,
      QosSetCommand.class,
      QosAddCommand.class,
      QosClearCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp qos show",
      "  vhost-dp qos set vd0 \"tx rate=100mbit burst=64k\" \"rx rate=1gbit\"",
      "  vhost-dp qos add vd0 \"class=2 dscp=46 priority=0\"",
      "  vhost-dp qos clear vd0",
      "",
      "tx is what the guest sends, rx what it receives.",
      "Changes last until the instance ends; those of the key \"qos\" in [netdev.NAME] stay."
    })
final class QosCommand implements Runnable {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  QosCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "A command is missing: show, set, add or clear.");
  }
}
