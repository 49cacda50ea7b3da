package org.vhostdp.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.cli.config.ConfigDraft;
import org.vhostdp.cli.config.ConfigReader;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.config.DriverPolicy;
import org.vhostdp.cli.config.ListenAddress;
import org.vhostdp.cli.control.RuntimeFolder;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A configuration file as an argument, and the drivers that know its keys. */
final class ConfigFile {
  @Parameters(paramLabel = "FILE", description = "The configuration file.")
  private Path file;

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

  @Option(names = "--json", description = "Show the result as JSON.")
  private boolean json;

  private DriverStore store;
  private DriverPolicy policy;
  private ListenAddress metrics;

  /** For picocli. */
  ConfigFile() {}

  Path file() {
    return file;
  }

  boolean json() {
    return json;
  }

  /** Reads and checks it; opens nothing. */
  DataplaneConfig read() throws CommandFailed, ConfigRefused {
    ConfigDraft draft = new ConfigReader(RuntimeFolder.path()).file(file).read();
    List<Path> named = new ArrayList<>(stores);
    named.addAll(draft.stores());
    policy = draft.policyDraft();
    metrics = draft.metrics();
    store = DriverStores.open(named, data, DriverStores.trust(policy));
    return draft.checked(schemas());
  }

  /** Valid after {@link #read}. */
  ConfigDraft.Schemas schemas() {
    return request -> store.load(request).schema();
  }

  /** Valid after {@link #read}. */
  DriverPolicy policy() {
    return policy;
  }

  /** Valid after {@link #read}; null if metrics are asked for nowhere. */
  ListenAddress metrics() {
    return metrics;
  }
}
