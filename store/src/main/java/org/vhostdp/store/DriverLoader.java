package org.vhostdp.store;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Probe;

/** Loads one driver, which has passed its checks, into a layer of its own. */
final class DriverLoader {
  /** How long a driver's constructor may take. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ModuleLayer parent;
  private final Duration patience;

  /** On the layer of the host. */
  DriverLoader() {
    this(hostLayer(), PATIENCE);
  }

  /**
   * @param parent the layer that has the SPI
   * @param patience how long a constructor may take
   */
  DriverLoader(ModuleLayer parent, Duration patience) {
    this.parent = parent;
    this.patience = patience;
  }

  private static ModuleLayer hostLayer() {
    ModuleLayer own = DriverLoader.class.getModule().getLayer();
    return own == null ? ModuleLayer.boot() : own;
  }

  /**
   * Loads a driver.
   *
   * @throws DriverRefused naming the driver, what is wrong, and what to do
   */
  Driver load(DriverDescriptor d) throws DriverRefused {
    ModuleFinder finder = ModuleFinder.of(d.jars().toArray(Path[]::new));
    ModuleCheck.check(d, finder);
    ModuleLayer layer = define(d, finder);
    try {
      return TimeLimit.run("load-" + d.id(), patience, () -> provider(d, layer));
    } catch (TimeoutException e) {
      throw new DriverRefused(
          "The driver %s %s did not finish loading in %d ms: its constructor or a static initializer hangs. Report this to its author."
              .formatted(d.id(), d.version(), patience.toMillis()),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DriverRefused refused) {
        throw refused;
      }
      throw new DriverRefused(
          "The driver %s failed while it was loaded: %s.".formatted(d.id(), Cause.of(e)), e);
    }
  }

  /**
   * Asks a driver whether it can run here.
   *
   * @throws DriverRefused if it fails, or does not answer in time
   */
  Probe probe(Driver driver) throws DriverRefused {
    String who = driver.getClass().getModule().getName();
    try {
      return TimeLimit.run("probe-" + who, patience, driver::probe);
    } catch (TimeoutException e) {
      throw new DriverRefused(
          "The probe of the driver in %s did not end in %d ms. Report this to its author."
              .formatted(who, patience.toMillis()),
          e);
    } catch (ExecutionException e) {
      throw new DriverRefused(
          "The probe of the driver in %s failed (%s). Report this to its author."
              .formatted(who, Cause.of(e)),
          e);
    }
  }

  // Granting native access is the host's decision, taken here for one module by name.
  @SuppressWarnings("restricted")
  private ModuleLayer define(DriverDescriptor d, ModuleFinder finder) throws DriverRefused {
    try {
      Configuration configuration =
          parent.configuration().resolve(finder, ModuleFinder.of(), Set.of(d.module()));
      ModuleLayer.Controller controller =
          ModuleLayer.defineModulesWithOneLoader(
              configuration, List.of(parent), DriverLoader.class.getClassLoader());
      controller.enableNativeAccess(controller.layer().findModule(d.module()).orElseThrow());
      return controller.layer();
    } catch (ResolutionException | FindException | LayerInstantiationException e) {
      throw new DriverRefused(
          "The driver %s cannot be resolved: %s. Its folder must hold every module it requires."
              .formatted(d.id(), Cause.of(e)),
          e);
    } catch (IllegalCallerException e) {
      throw new DriverRefused(
          "The driver %s needs native access, which this process may not grant. Start Java with"
                  .formatted(d.id())
              + " --enable-native-access=org.vhostdp.linux,org.vhostdp.store.",
          e);
    }
  }

  private static Driver provider(DriverDescriptor d, ModuleLayer layer) throws DriverRefused {
    List<String> others = new ArrayList<>();
    try {
      for (ServiceLoader.Provider<Driver> p :
          ServiceLoader.load(layer, Driver.class).stream().toList()) {
        Module module = p.type().getModule();
        // Providers of parent layers and of libraries are found too; only the driver's own counts.
        if (module.getLayer() == layer && module.getName().equals(d.module())) {
          return check(d, p.get());
        }
        others.add(module.getName());
      }
    } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
      throw new DriverRefused(
          "The driver %s failed while it was loaded: %s.".formatted(d.id(), Cause.of(e)), e);
    }
    throw new DriverRefused(
        "The driver %s declares no provider of %s in its module-info.%s"
            .formatted(
                d.id(),
                Driver.class.getName(),
                others.isEmpty()
                    ? ""
                    : " A provider of another module does not count: "
                        + String.join(", ", others)
                        + "."));
  }

  private static Driver check(DriverDescriptor d, Driver driver) throws DriverRefused {
    DriverInfo info = driver.info();
    if (info == null || !info.id().equals(d.id()) || !info.version().equals(d.version())) {
      throw new DriverRefused(
          "The folder %s says it is %s %s, but its code says %s."
              .formatted(d.folder(), d.id(), d.version(), info));
    }
    return driver;
  }
}
