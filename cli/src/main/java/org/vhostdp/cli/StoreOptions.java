package org.vhostdp.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Option;

/** Options of commands that look at drivers. */
public final class StoreOptions {
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

  @Option(names = "--json", description = "Show it as JSON.")
  private boolean json;

  /** For picocli. */
  public StoreOptions() {}

  /** The folders named, then the usual ones. */
  public DriverStore open() throws CommandFailed {
    return DriverStores.open(stores, data, DriverStores.anyTrust());
  }

  /** Whether JSON is wanted. */
  public boolean json() {
    return json;
  }
}
