package org.vhostdp.cli;

import java.util.concurrent.Callable;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver disable}. */
@Command(
    name = "disable",
    description = {
      "Take a driver out of use. Its versions stay installed; a driver of that id that is part of"
          + " the program takes its place.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver disable tap",
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong options."
    })
final class DriverDisableCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the driver.")
  private String id;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverDisableCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    return DriverChange.show(
        options.installer().disable(id), options.json(), spec.commandLine().getOut());
  }
}
