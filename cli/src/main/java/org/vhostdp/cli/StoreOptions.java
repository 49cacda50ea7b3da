package org.vhostdp.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.driver.DriverStore;
import picocli.CommandLine.Option;

/** Options of commands that look at drivers. */
final class StoreOptions {
  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "A folder of drivers, searched first. May be repeated.")
  private List<Path> stores = new ArrayList<>();

  @Option(names = "--json", description = "Show it as JSON.")
  private boolean json;

  /** For picocli. */
  StoreOptions() {}

  DriverStore open() throws CommandFailed {
    return DriverStores.open(stores);
  }

  boolean json() {
    return json;
  }
}
