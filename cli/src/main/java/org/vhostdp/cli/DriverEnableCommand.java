package org.vhostdp.cli;

import java.util.concurrent.Callable;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver enable}. */
@Command(
    name = "enable",
    description = {"Make an installed version of a driver the active one.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver enable tap",
      "  vhost-dp driver enable tap 0.1.0",
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong options."
    })
final class DriverEnableCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the driver.")
  private String id;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VERSION",
      description = "The version (the one that was active last, or else the highest).")
  private String version;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverEnableCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    return DriverChange.show(
        options.installer().enable(id, DriverChange.version(version)),
        options.json(),
        spec.commandLine().getOut());
  }
}
