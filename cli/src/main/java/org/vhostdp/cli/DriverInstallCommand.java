package org.vhostdp.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Printable;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.install.Change;
import org.vhostdp.store.install.DriverInstaller;
import org.vhostdp.store.market.Coordinates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver install}. */
@Command(
    name = "install",
    description = {
      "Install a driver from its folder, from a zip file of it, or from a Maven repository, and"
          + " make it the active version. It is checked before, and nothing of it is run; if it is"
          + " refused, the store is as it was.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver install target/store/toy",
      "  vhost-dp driver install toy-1.2.0.zip --no-enable",
      "  vhost-dp driver install org.example:driver-toy:1.2.0 --repository"
          + " https://repo.example/drivers",
      "  vhost-dp driver install org.example:driver-toy:1.2.0 --repository file:/srv/drivers",
      "",
      "Exit codes: 0 done, 1 refused (nothing has changed), 2 wrong options."
    })
final class DriverInstallCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description = "A folder, a zip file, or group:artifact[:extension]:version.")
  private String source;

  @Option(
      names = "--repository",
      paramLabel = "URL",
      description = "A Maven repository, https: or file: (the configuration's). May be repeated.")
  private List<String> repositories = new ArrayList<>();

  @Option(names = "--no-enable", description = "Leave the active version as it is.")
  private boolean leave;

  @Option(names = "--force", description = "Replace another build of the same version.")
  private boolean force;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverInstallCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused, IOException {
    DriverInstaller installer = options.installer();
    Path path = path();
    if (Files.exists(path) || !Coordinates.looksLike(source)) {
      return done(installer.install(path, !leave, force));
    }
    Coordinates coordinates = Coordinates.parse(source);
    List<URI> where = options.repositories(repositories);
    try (Download download = Download.of(coordinates, where)) {
      return done(installer.install(download.file(), !leave, force));
    }
  }

  private Path path() throws CommandFailed {
    if (source.isBlank()) {
      throw new CommandFailed(Exit.USAGE, "SOURCE is empty: name a folder, a file or coordinates.");
    }
    try {
      return Path.of(source);
    } catch (InvalidPathException e) {
      throw new CommandFailed(Exit.USAGE, "\"%s\" is no path.".formatted(Printable.of(source)), e);
    }
  }

  private int done(Change change) {
    return DriverChange.show(change, options.json(), spec.commandLine().getOut());
  }
}
