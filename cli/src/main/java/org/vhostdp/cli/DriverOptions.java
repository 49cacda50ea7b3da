package org.vhostdp.cli;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.attest.Printable;
import org.vhostdp.cli.config.ConfigReader;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.config.DriverPolicy;
import org.vhostdp.cli.control.RuntimeFolder;
import org.vhostdp.store.DriverStore;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.TrustPolicy;
import org.vhostdp.store.install.DriverInstaller;
import picocli.CommandLine.Option;

/** Options of commands that check or change drivers: where they lie, and what is asked of them. */
final class DriverOptions {
  private static final Path MACHINE = Path.of("/etc/vhost-dp/vhost-dp.toml");

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "A folder of drivers, searched first. May be repeated.")
  private List<Path> stores = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of installed drivers' data (/var/lib/vhost-dp, or this user's).")
  private Path data;

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "The trust folder (the configuration's, or the standard one).")
  private Path trust;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Configuration with [trust] and [market] (~/.config/vhost-dp/vhost-dp.toml or"
              + " /etc/vhost-dp/vhost-dp.toml, if there is one).")
  private Path file;

  @Option(names = "--json", description = "Show it as JSON.")
  private boolean json;

  private DriverPolicy policy;
  private List<Path> configured = List.of();

  /** For picocli. */
  DriverOptions() {}

  boolean json() {
    return json;
  }

  private DriverPolicy policy() throws ConfigRefused {
    if (policy == null) {
      Path chosen = file == null ? standardFile() : file;
      if (chosen == null) {
        policy = DriverPolicy.NONE;
      } else {
        var draft = new ConfigReader(RuntimeFolder.path()).file(chosen).read();
        policy = draft.policy();
        configured = draft.stores();
      }
    }
    return policy;
  }

  private static Path standardFile() {
    String config = System.getenv("XDG_CONFIG_HOME");
    Path home =
        config != null && !config.isBlank()
            ? Path.of(config)
            : Path.of(System.getProperty("user.home", "/"), ".config");
    Path own = home.resolve("vhost-dp/vhost-dp.toml");
    return Files.isRegularFile(own) ? own : Files.isRegularFile(MACHINE) ? MACHINE : null;
  }

  private TrustPolicy trust() throws CommandFailed, ConfigRefused {
    if (trust != null && !Files.isDirectory(trust)) {
      throw new CommandFailed(Exit.USAGE, "There is no trust folder " + trust + ".");
    }
    TrustPolicy asked = DriverStores.trust(policy());
    return trust == null ? asked : new TrustPolicy(asked.minimum(), trust);
  }

  DriverStore open() throws CommandFailed, ConfigRefused {
    TrustPolicy asked = trust();
    List<Path> named = new ArrayList<>(stores);
    named.addAll(configured);
    return DriverStores.open(named, data, asked);
  }

  /** The data folder that commands change: the one named, or this user's. */
  InstalledDrivers installed() {
    return new InstalledDrivers(data == null ? DriverStores.dataFolders().getFirst() : data);
  }

  DriverInstaller installer() throws CommandFailed, ConfigRefused {
    return new DriverInstaller(installed(), trust());
  }

  /** Repositories named as options, or else those of the configuration. */
  List<URI> repositories(List<String> named) throws CommandFailed, ConfigRefused {
    return named.isEmpty() ? policy().repositories() : places("--repository", named);
  }

  /** Folders and URLs that were named as an option. */
  static List<URI> places(String option, List<String> named) throws CommandFailed {
    List<URI> places = new ArrayList<>();
    for (String each : named) {
      URI place = DriverPolicy.repository(each);
      if (place == null && !each.isBlank() && Files.isDirectory(Path.of(each))) {
        place = Path.of(each).toUri();
      }
      if (place == null) {
        throw new CommandFailed(
            Exit.USAGE,
            "%s %s is neither a folder nor a file: or https: URL. Write it like https://repo.example/drivers."
                .formatted(option, Printable.of(each)));
      }
      places.add(place);
    }
    return places;
  }
}
