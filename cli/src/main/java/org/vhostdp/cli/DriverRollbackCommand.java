package org.vhostdp.cli;

import java.util.concurrent.Callable;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver rollback}. */
@Command(
    name = "rollback",
    description = {"Make the version of a driver active that was active before.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver rollback tap",
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong options."
    })
final class DriverRollbackCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the driver.")
  private String id;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverRollbackCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    return DriverChange.show(
        options.installer().rollback(id), options.json(), spec.commandLine().getOut());
  }
}
