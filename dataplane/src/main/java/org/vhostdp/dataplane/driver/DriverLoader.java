package org.vhostdp.dataplane.driver;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.SpiVersion;

/** Loads one driver into a layer of its own. */
final class DriverLoader {
  private static final Set<String> HOST_MODULES =
      Set.of("org.vhostdp.spi", "org.vhostdp.linux", "org.vhostdp.dataplane");

  private DriverLoader() {}

  /**
   * Loads a driver.
   *
   * @throws DriverRefused naming the driver, what is wrong, and what to do
   */
  static Driver load(DriverDescriptor d) throws DriverRefused {
    if (!d.spi().contains(SpiVersion.CURRENT)) {
      throw new DriverRefused(
          "The driver %s %s was built for SPI %s; this is SPI %s. Install a version of it for this SPI."
              .formatted(d.id(), d.version(), d.spi(), SpiVersion.CURRENT));
    }
    List<Path> jars = d.jars();
    ModuleFinder finder = ModuleFinder.of(jars.toArray(Path[]::new));
    checkModules(d, finder);
    return provider(d, define(d, finder));
  }

  private static void checkModules(DriverDescriptor d, ModuleFinder finder) throws DriverRefused {
    Set<ModuleReference> all;
    try {
      all = finder.findAll();
    } catch (FindException e) {
      throw new DriverRefused(
          "The driver %s has a jar that is no module: %s.".formatted(d.id(), reason(e)), e);
    }
    for (ModuleReference reference : all) {
      ModuleDescriptor module = reference.descriptor();
      if (HOST_MODULES.contains(module.name())) {
        throw new DriverRefused(
            "The driver %s bundles %s, which the host provides. Remove that jar from its lib folder."
                .formatted(d.id(), module.name()));
      }
      for (String name : module.packages()) {
        if (name.equals("org.vhostdp.spi") || name.equals("org.vhostdp.linux")) {
          throw new DriverRefused(
              "The driver %s bundles the package %s, which the host provides. Remove it from %s."
                  .formatted(d.id(), name, module.name()));
        }
      }
      if (module.isAutomatic() && module.name().equals(d.module())) {
        throw new DriverRefused(
            "The driver %s is an automatic module; it needs a module-info of its own."
                .formatted(d.id()));
      }
    }
    if (finder.find(d.module()).isEmpty()) {
      throw new DriverRefused(
          "The driver %s says its module is %s, but no jar of its lib folder holds that module."
              .formatted(d.id(), d.module()));
    }
  }

  // Granting native access is the host's decision, taken here for one module by name.
  @SuppressWarnings("restricted")
  private static ModuleLayer define(DriverDescriptor d, ModuleFinder finder) throws DriverRefused {
    ModuleLayer parent = hostLayer();
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
              .formatted(d.id(), reason(e)),
          e);
    } catch (IllegalCallerException e) {
      throw new DriverRefused(
          "The driver %s needs native access, which this process may not grant. Start Java with"
                  .formatted(d.id())
              + " --enable-native-access=org.vhostdp.linux,org.vhostdp.dataplane.",
          e);
    }
  }

  private static ModuleLayer hostLayer() {
    ModuleLayer own = DriverLoader.class.getModule().getLayer();
    return own == null ? ModuleLayer.boot() : own;
  }

  private static Driver provider(DriverDescriptor d, ModuleLayer layer) throws DriverRefused {
    try {
      for (ServiceLoader.Provider<Driver> p :
          ServiceLoader.load(layer, Driver.class).stream().toList()) {
        // Providers of parent layers are found too; only the driver's own counts.
        if (p.type().getModule().getLayer() == layer) {
          return check(d, p.get());
        }
      }
    } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
      throw new DriverRefused(
          "The driver %s failed while it was loaded: %s.".formatted(d.id(), reason(e)), e);
    }
    throw new DriverRefused(
        "The driver %s declares no provider of %s in its module-info."
            .formatted(d.id(), Driver.class.getName()));
  }

  private static Driver check(DriverDescriptor d, Driver driver) throws DriverRefused {
    if (!driver.info().id().equals(d.id()) || !driver.info().version().equals(d.version())) {
      throw new DriverRefused(
          "The folder %s says it is %s %s, but its code says %s."
              .formatted(d.folder(), d.id(), d.version(), driver.info()));
    }
    return driver;
  }

  private static String reason(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String text = last.getMessage() == null ? last.getClass().getName() : last.getMessage();
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
