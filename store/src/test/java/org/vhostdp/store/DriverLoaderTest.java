package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.SpiVersion;

/** Drivers built here, loaded or refused with a sentence. */
class DriverLoaderTest {
  private static final String PROVIDES =
      "provides org.vhostdp.spi.Driver with test.driver.TestDriver;";
  private static final String CLASS = "test/driver/TestDriver.java";

  @TempDir private Path temp;
  private Path store;
  private DriverJars jars;

  @BeforeEach
  void folders() throws IOException {
    assertTrue(
        Driver.class.getModule().isNamed(),
        "These tests load modules, so the dataplane has to be one: run them on the module path.");
    store = Files.createDirectories(temp.resolve("store"));
    jars = new DriverJars(store, temp.resolve("work"));
  }

  private static Map<String, String> sources(String module, String driver) {
    return Map.of("module-info.java", module, CLASS, driver);
  }

  private static Map<String, String> good() {
    return sources(
        DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES), DriverJars.driver("mine", "1.2.3", ""));
  }

  private String refusal(String id) {
    DriverRefused e =
        assertThrows(DriverRefused.class, () -> new DriverStore(List.of(store)).load(id));
    assertTrue(e.getMessage().endsWith("."), e.getMessage());
    return e.getMessage();
  }

  private Path mine() throws IOException {
    return jars.folder("mine", DriverJars.keys("mine"));
  }

  @Test
  void aGoodDriverIsLoadedOnceIntoALayerOfItsOwn() throws Exception {
    jars.jar(mine(), "driver", good());
    DriverStore open = new DriverStore(List.of(store));
    Driver driver = open.load("mine");
    assertEquals("mine 1.2.3", driver.info().toString());
    assertSame(driver, open.load("mine"));
    Module module = driver.getClass().getModule();
    assertEquals(DriverJars.MODULE, module.getName());
    assertNotEquals(Driver.class.getModule().getLayer(), module.getLayer());
    assertTrue(module.isNativeAccessEnabled());
    assertSame(Driver.class.getClassLoader().loadClass(Driver.class.getName()), Driver.class);
  }

  @Test
  void twoDriversMayHaveTheSameNamesInside() throws Exception {
    jars.jar(mine(), "driver", good());
    Path other = jars.folder("other", DriverJars.keys("other"));
    jars.jar(
        other,
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            DriverJars.driver("other", "1.2.3", "")));
    DriverStore open = new DriverStore(List.of(store));
    Driver a = open.load("mine");
    Driver b = open.load("other");
    assertEquals(a.getClass().getName(), b.getClass().getName());
    assertNotSame(a.getClass(), b.getClass());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[0.1,0.2)", "[1.1,2.0)", "(1.0,1.1)", "[2.0,3.0)"})
  void builtForAnotherSpi(String range) throws IOException {
    Map<String, String> keys = DriverJars.keys("mine");
    keys.put("spi", range);
    jars.jar(jars.folder("mine", keys), "driver", good());
    assertEquals(
        "The driver mine 1.2.3 was built for SPI %s; this is SPI %s. Install a version of it for this SPI."
            .formatted(range, SpiVersion.CURRENT),
        refusal("mine"));
  }

  @Test
  void theSpiIsBundledAsAModule() throws IOException {
    Path folder = mine();
    jars.jar(folder, "driver", good());
    DriverJars.pack(folder, "spi", DriverJars.location(SpiVersion.class));
    assertEquals(
        "The driver mine bundles org.vhostdp.spi, which the host provides."
            + " Remove that jar from its lib folder.",
        refusal("mine"));
  }

  @Test
  void theSpiIsBundledAsAPackage() throws IOException {
    jars.jar(
        mine(),
        "driver",
        Map.of(
            "module-info.java",
            "module test.driver {}",
            "org/vhostdp/spi/Driver.java",
            "package org.vhostdp.spi; public interface Driver {}"));
    assertEquals(
        "The driver mine bundles the package org.vhostdp.spi, which the host provides."
            + " Remove it from test.driver.",
        refusal("mine"));
  }

  @Test
  void anAutomaticModule() throws IOException {
    jars.jar(
        mine(),
        "driver",
        Map.of(CLASS, DriverJars.driver("mine", "1.2.3", "")),
        "Automatic-Module-Name: test.driver");
    assertEquals(
        "The driver mine is an automatic module; it needs a module-info of its own.",
        refusal("mine"));
  }

  @Test
  void itsModuleIsMissing() throws IOException {
    mine();
    String told =
        "The driver mine says its module is test.driver,"
            + " but no jar of its lib folder holds that module.";
    assertEquals(told, refusal("mine"));
    Path folder = mine();
    jars.jar(
        folder,
        "driver",
        Map.of(
            "module-info.java",
            "module another { }",
            "p/P.java",
            "package p; public final class P {}"));
    assertEquals(told, refusal("mine"));
  }

  @Test
  void aJarThatIsNone() throws IOException {
    Files.writeString(mine().resolve("lib/driver.jar"), "no archive");
    assertTrue(
        refusal("mine").startsWith("The driver mine has a jar that is no module: "),
        refusal("mine"));
  }

  @Test
  void aModuleItRequiresIsMissing() throws IOException {
    Path folder = mine();
    jars.jar(
        folder,
        "library",
        Map.of(
            "module-info.java",
            "module test.library { exports lib; }",
            "lib/L.java",
            "package lib; public final class L {}"));
    jars.jar(
        folder,
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, "requires test.library; " + PROVIDES),
            DriverJars.driver("mine", "1.2.3", "lib.L.class.getName();")));
    assertEquals(1, new DriverStore(List.of(store)).entries().size());
    Path library = folder.resolve("lib/library.jar");
    Path aside = temp.resolve("library.jar");
    Files.move(library, aside);
    assertTrue(refusal("mine").startsWith("The driver mine cannot be resolved: "), refusal("mine"));
    assertTrue(refusal("mine").contains("test.library"), refusal("mine"));
    Files.move(aside, library);
    assertEquals("mine", load("mine").info().id(), "a driver brings its own libraries");
  }

  private Driver load(String id) {
    try {
      return new DriverStore(List.of(store)).load(id);
    } catch (DriverRefused e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void noProvider() throws IOException {
    jars.jar(
        mine(),
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, ""), DriverJars.driver("mine", "1.2.3", "")));
    assertEquals(
        "The driver mine declares no provider of org.vhostdp.spi.Driver in its module-info.",
        refusal("mine"));
  }

  @Test
  void itsConstructorThrows() throws IOException {
    jars.jar(
        mine(),
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            DriverJars.driver(
                "mine", "1.2.3", "if (true) throw new IllegalStateException(\"no device\");")));
    assertEquals("The driver mine failed while it was loaded: no device.", refusal("mine"));
  }

  @Test
  void itNeedsAClassThatIsNotThere() throws IOException {
    jars.jar(
        mine(),
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            DriverJars.driver(
                "mine", "1.2.3", "if (true) throw new NoClassDefFoundError(\"x/Y\");")));
    assertEquals("The driver mine failed while it was loaded: x/Y.", refusal("mine"));
  }

  @Test
  void itSaysItIsAnother() throws IOException {
    Path folder = mine();
    jars.jar(
        folder,
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            DriverJars.driver("yours", "1.2.3", "")));
    assertEquals(
        "The folder %s says it is mine 1.2.3, but its code says yours 1.2.3.".formatted(folder),
        refusal("mine"));
  }

  @Test
  void itSaysItIsAnotherVersion() throws IOException {
    Path folder = mine();
    jars.jar(
        folder,
        "driver",
        sources(
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            DriverJars.driver("mine", "1.2.4", "")));
    assertEquals(
        "The folder %s says it is mine 1.2.3, but its code says mine 1.2.4.".formatted(folder),
        refusal("mine"));
  }
}
