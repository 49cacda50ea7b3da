package org.vhostdp.arch;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The product as it was built: every class and every module descriptor, without tests. */
final class Product {
  private static final String OWN = "org.vhostdp.";

  /** By module name. */
  static final Map<String, ModuleDescriptor> MODULES = modules();

  static final JavaClasses CLASSES =
      new ClassFileImporter().importPackages(MODULES.keySet().toArray(String[]::new));

  private Product() {}

  private static Map<String, ModuleDescriptor> modules() {
    Path[] path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> entry.getFileName().toString().startsWith("vhost-dp-"))
            .toArray(Path[]::new);
    Map<String, ModuleDescriptor> modules = new TreeMap<>();
    for (ModuleReference module : ModuleFinder.of(path).findAll()) {
      if (module.descriptor().name().startsWith(OWN)) {
        modules.put(module.descriptor().name(), module.descriptor());
      }
    }
    return modules;
  }
}
