package org.vhostdp.cli;

import java.util.concurrent.Callable;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver remove}. */
@Command(
    name = "remove",
    description = {"Remove an installed version of a driver.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver remove tap 0.1.0",
      "  vhost-dp driver remove tap --force",
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong options."
    })
final class DriverRemoveCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the driver.")
  private String id;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VERSION",
      description = "The version; needed if there are several.")
  private String version;

  @Option(names = "--force", description = "Remove it even if it is the active one.")
  private boolean force;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverRemoveCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    return DriverChange.show(
        options.installer().remove(id, DriverChange.version(version), force),
        options.json(),
        spec.commandLine().getOut());
  }
}
