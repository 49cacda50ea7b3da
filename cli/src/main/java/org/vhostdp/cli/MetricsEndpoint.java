package org.vhostdp.cli;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import org.vhostdp.cli.config.ListenAddress;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.MetricsServer;

/**
 * Serves metrics where the configuration asks for them. The server and its libraries lie in a
 * folder of their own and are loaded only then.
 */
final class MetricsEndpoint {
  private static final String MODULE = "org.vhostdp.metrics";
  private static final String FOLDER = "lib/metrics";

  private MetricsEndpoint() {}

  /**
   * Begins to serve.
   *
   * @throws CommandFailed with a sentence, if it cannot
   */
  static MetricsServer.Served serve(ListenAddress at, Dataplane dataplane) throws CommandFailed {
    try {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getByName(at.host()), at.port());
      return load().serve(address, dataplane, OwnVersion.text());
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "Metrics cannot be served at %s: %s. Choose another address with the key \"metrics\"."
              .formatted(at, e.getMessage()),
          e);
    }
  }

  private static MetricsServer load() throws CommandFailed {
    Path image = DriverStores.image();
    Path folder = (image == null ? Path.of("") : image).resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      throw new CommandFailed(
          "Metrics are asked for, but their libraries are not installed in " + folder + ".");
    }
    try {
      ModuleLayer boot = ModuleLayer.boot();
      Configuration found =
          boot.configuration().resolve(ModuleFinder.of(folder), ModuleFinder.of(), Set.of(MODULE));
      ModuleLayer layer =
          boot.defineModulesWithOneLoader(found, MetricsEndpoint.class.getClassLoader());
      return ServiceLoader.load(layer, MetricsServer.class)
          .findFirst()
          .orElseThrow(() -> new CommandFailed("There is no metrics server in " + folder + "."));
    } catch (FindException | ResolutionException | LayerInstantiationException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "The libraries for metrics in %s cannot be loaded: %s".formatted(folder, e.getMessage()),
          e);
    }
  }
}
