package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Constructors that never end, and providers that are not the driver's own. */
final class DriverLayerTest {
  private static final String PROVIDES =
      "provides org.vhostdp.spi.Driver with test.driver.TestDriver;";
  private static final String CLASS = "test/driver/TestDriver.java";

  @TempDir private Path temp;
  private DriverJars jars;

  @BeforeEach
  void folders() throws IOException {
    jars = new DriverJars(Files.createDirectories(temp.resolve("store")), temp.resolve("work"));
  }

  private Path driver(String name, String module, String first) throws IOException {
    Path folder = jars.folder(name, DriverJars.keys(name));
    jars.jar(
        folder,
        "driver",
        Map.of("module-info.java", module, CLASS, DriverJars.driver(name, "1.2.3", first)));
    return folder;
  }

  private static String refusal(DriverLoader loader, Path folder) {
    DriverRefused e =
        assertThrows(DriverRefused.class, () -> loader.load(DriverDescriptor.read(folder)));
    return e.getMessage();
  }

  @Test
  void aConstructorThatHangsIsGivenUp() throws Exception {
    Path folder =
        driver(
            "mine",
            DriverJars.moduleInfo(DriverJars.MODULE, PROVIDES),
            "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { return; }"
                + " }");
    long start = System.nanoTime();
    String said = refusal(new DriverLoader(ModuleLayer.boot(), Duration.ofMillis(300)), folder);
    assertEquals(
        "The driver mine 1.2.3 did not finish loading in 300 ms: its constructor or a static"
            + " initializer hangs. Report this to its author.",
        said);
    // Far more than the limit: a busy machine may stand still for seconds.
    assertTrue(System.nanoTime() - start < 40_000_000_000L);
  }

  @Test
  void aProviderOfAnotherLayerDoesNotCount() throws Exception {
    Path other = driver("other", DriverJars.moduleInfo("other.driver", PROVIDES), "");
    ModuleFinder finder = ModuleFinder.of(other.resolve("lib/driver.jar"));
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration().resolve(finder, ModuleFinder.of(), Set.of("other.driver"));
    ModuleLayer layer =
        ModuleLayer.defineModulesWithOneLoader(
                configuration, List.of(boot), DriverLayerTest.class.getClassLoader())
            .layer();
    Path mine = driver("mine", DriverJars.moduleInfo(DriverJars.MODULE, ""), "");
    String said = refusal(new DriverLoader(layer, Duration.ofSeconds(40)), mine);
    assertEquals(
        "The driver mine declares no provider of org.vhostdp.spi.Driver in its module-info."
            + " A provider of another module does not count: other.driver.",
        said);
  }
}
