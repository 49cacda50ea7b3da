package org.vhostdp.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which part of the product may know which: the table of CONTRIBUTING.md, in code. */
final class ArrowsTest {
  private static final String SPI = "org.vhostdp.spi";
  private static final String LINUX = "org.vhostdp.linux";
  private static final String NETDEVICE = "org.vhostdp.netdevice";
  private static final String DATAPLANE = "org.vhostdp.dataplane";
  private static final String GUEST = "org.vhostdp.guest";
  private static final String ATTEST = "org.vhostdp.attest";
  private static final String STORE = "org.vhostdp.store";
  private static final String TCK = "org.vhostdp.tck";
  private static final String CLI = "org.vhostdp.cli";
  private static final String METRICS = "org.vhostdp.metrics";
  private static final String DRIVER = "org.vhostdp.driver.";

  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          SPI, Set.of(),
          LINUX, Set.of(),
          NETDEVICE, Set.of(SPI, LINUX),
          ATTEST, Set.of(),
          STORE, Set.of(SPI, ATTEST),
          TCK, Set.of(SPI, LINUX, ATTEST, STORE, "org.junit.jupiter.api"),
          GUEST, Set.of(LINUX),
          DATAPLANE, Set.of(SPI, LINUX, STORE),
          METRICS,
              Set.of(
                  DATAPLANE,
                  SPI,
                  "io.prometheus.metrics.exporter.httpserver",
                  "io.prometheus.metrics.model"),
          CLI,
              Set.of(
                  DATAPLANE, GUEST, SPI, LINUX, ATTEST, STORE, TCK, "info.picocli", "org.tomlj"));

  private static final Set<String> ARROWS_OF_A_DRIVER = Set.of(SPI, LINUX, NETDEVICE);

  /** Modules whose packages are not named after them. */
  private static final Map<String, String> PACKAGES = Map.of("info.picocli", "picocli");

  @Test
  void everyModuleOfTheProductHasItsArrows() {
    assertTrue(Product.MODULES.keySet().containsAll(ARROWS.keySet()), "seen: " + Product.MODULES);
    assertTrue(
        Product.MODULES.keySet().stream().anyMatch(name -> name.startsWith(DRIVER)),
        "no driver among " + Product.MODULES.keySet());
    Product.MODULES.keySet().forEach(ArrowsTest::arrowsOf);
  }

  @TestFactory
  List<DynamicTest> aModuleRequiresOnlyWhatItsArrowsAllow() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ModuleDescriptor module : Product.MODULES.values()) {
      tests.add(
          DynamicTest.dynamicTest(
              module.name(),
              () -> {
                Set<String> others = new TreeSet<>();
                for (ModuleDescriptor.Requires requires : module.requires()) {
                  if (!isOfTheJdk(requires.name())) {
                    others.add(requires.name());
                  }
                }
                others.removeAll(arrowsOf(module.name()));
                assertEquals(Set.of(), others, module.name() + " requires more than it may");
              }));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> aClassUsesOnlyWhatTheArrowsOfItsModuleAllow() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String module : Product.MODULES.keySet()) {
      Set<String> allowed = new TreeSet<>(Set.of(module + "..", "java..", "jdk.jfr.."));
      for (String other : arrowsOf(module)) {
        allowed.add(PACKAGES.getOrDefault(other, other) + "..");
      }
      tests.add(
          DynamicTest.dynamicTest(
              module,
              () ->
                  classes()
                      .that()
                      .resideInAPackage(module + "..")
                      .should()
                      .onlyDependOnClassesThat()
                      .resideInAnyPackage(allowed.toArray(String[]::new))
                      .check(Product.CLASSES)));
    }
    return tests;
  }

  @Test
  void theSpiNeedsTheBaseModuleAlone() {
    Set<String> required =
        Product.MODULES.get(SPI).requires().stream()
            .map(ModuleDescriptor.Requires::name)
            .collect(Collectors.toSet());
    assertEquals(Set.of("java.base"), required);
  }

  @Test
  void driversAreKnownOnlyToThemselves() {
    noClasses()
        .that()
        .resideOutsideOfPackage(DRIVER + ".")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(DRIVER + ".")
        .check(Product.CLASSES);
  }

  @Test
  void aDriverDoesNotKnowAnotherDriver() {
    slices()
        .matching("org.vhostdp.driver.(*)..")
        .should()
        .notDependOnEachOther()
        .check(Product.CLASSES);
  }

  @Test
  void packagesOfTheDataplaneHaveNoCycle() {
    slices()
        .matching("org.vhostdp.dataplane.(**)")
        .should()
        .beFreeOfCycles()
        .check(Product.CLASSES);
  }

  @Test
  void generatedBindingsAreExportedByNoModule() {
    for (ModuleDescriptor module : Product.MODULES.values()) {
      for (ModuleDescriptor.Exports exports : module.exports()) {
        assertTrue(!exports.source().contains(".generated"), module.name() + " " + exports);
      }
    }
  }

  private static Set<String> arrowsOf(String module) {
    Set<String> arrows = module.startsWith(DRIVER) ? ARROWS_OF_A_DRIVER : ARROWS.get(module);
    assertTrue(arrows != null, "no arrows are written down for module " + module);
    return arrows;
  }

  private static boolean isOfTheJdk(String module) {
    return module.startsWith("java.") || module.startsWith("jdk.");
  }
}
