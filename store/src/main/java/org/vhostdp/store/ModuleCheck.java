package org.vhostdp.store;

import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.Set;

/** What a driver's jars may hold, as far as it can be seen without loading a class. */
final class ModuleCheck {
  private static final Set<String> HOST_MODULES =
      Set.of(
          "org.vhostdp.spi",
          "org.vhostdp.linux",
          "org.vhostdp.attest",
          "org.vhostdp.store",
          "org.vhostdp.dataplane",
          "org.vhostdp.tck",
          "org.vhostdp.cli");

  private static final Set<String> HOST_PACKAGES = Set.of("org.vhostdp.spi", "org.vhostdp.linux");

  private ModuleCheck() {}

  /**
   * Refuses a driver whose jars hold what is the host's, or not its own module.
   *
   * @throws DriverRefused naming the module or package
   */
  static void check(DriverDescriptor d, ModuleFinder finder) throws DriverRefused {
    Set<ModuleReference> all;
    try {
      all = finder.findAll();
    } catch (FindException e) {
      throw new DriverRefused(
          "The driver %s has a jar that is no module: %s.".formatted(d.id(), Cause.of(e)), e);
    }
    for (ModuleReference reference : all) {
      check(d, reference.descriptor());
    }
    if (finder.find(d.module()).isEmpty()) {
      throw new DriverRefused(
          "The driver %s says its module is %s, but no jar of its lib folder holds that module."
              .formatted(d.id(), d.module()));
    }
  }

  private static void check(DriverDescriptor d, ModuleDescriptor module) throws DriverRefused {
    if (HOST_MODULES.contains(module.name())) {
      throw new DriverRefused(
          "The driver %s bundles %s, which the host provides. Remove that jar from its lib folder."
              .formatted(d.id(), module.name()));
    }
    for (String name : module.packages()) {
      if (HOST_PACKAGES.contains(name)) {
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
}
