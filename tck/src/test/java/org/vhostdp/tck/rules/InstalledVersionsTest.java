package org.vhostdp.tck.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.TrustPolicy;
import org.vhostdp.store.install.DriverInstaller;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** The kit takes the folder that it was given, whatever lies beside it. */
final class InstalledVersionsTest {
  private static final DriverInfo INFO = new LoopbackDriver().info();

  @TempDir private Path temp;
  private Path tested;

  /** Two versions side by side; only the first one's code says what its folder says. */
  @BeforeEach
  void install() throws Exception {
    InstalledDrivers drivers = new InstalledDrivers(temp.resolve("data"));
    DriverInstaller installer = new DriverInstaller(drivers, TrustPolicy.NONE);
    Path jar = jar();
    String sha = installer.install(folder(jar, INFO.version().toString()), true, false).sha();
    installer.install(folder(jar, "99.0.0"), true, false);
    assertEquals(2, drivers.all().size());
    tested = drivers.store().resolve(sha);
  }

  private Path folder(Path jar, String version) throws Exception {
    Path folder = Files.createDirectories(temp.resolve(version).resolve("lib")).getParent();
    Files.copy(jar, folder.resolve("lib/loopback.jar"));
    Files.writeString(
        folder.resolve(DriverDescriptor.FILE),
        "id=loopback\nversion=%s\nmodule=org.vhostdp.driver.loopback\nspi=%s\n"
            .formatted(version, INFO.spi()));
    return folder;
  }

  /** The module as it stands on the module path, a folder of classes or a jar. */
  private Path jar() throws Exception {
    Path module =
        Path.of(
            ModuleLayer.boot()
                .configuration()
                .findModule("org.vhostdp.driver.loopback")
                .flatMap(resolved -> resolved.reference().location())
                .orElseThrow());
    if (Files.isRegularFile(module)) {
      return module;
    }
    Path jar = temp.resolve("loopback.jar");
    int code =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "-c", "-f", jar.toString(), "-C", module.toString(), ".");
    assertEquals(0, code);
    return jar;
  }

  private StockHarness harness() throws DriverRefused {
    return StockHarness.load(new StockPlan(tested, StockWires.PAIR, Map.of(), Map.of()));
  }

  @Test
  void theFolderAboveIsNoStore() {
    DriverStore above = new DriverStore(List.of(tested.getParent()));
    DriverRefused e = assertThrows(DriverRefused.class, () -> above.load("loopback"));
    assertTrue(e.getMessage().startsWith("Two folders hold a driver loopback"), e::getMessage);
  }

  @Test
  void theHarnessLoadsItsFolder() throws Exception {
    StockHarness harness = harness();
    assertEquals(INFO.version(), harness.driver().info().version());
    assertEquals(tested, harness.folder().orElseThrow());
    assertNotSame(LoopbackDriver.class, harness.driver().getClass());
  }

  @Test
  void aFreshDriverIsOfThatFolder() throws Exception {
    Harness harness = harness();
    Harness.Fresh fresh = FreshDriver.of(harness).orElseThrow();
    assertEquals(INFO.version(), fresh.driver().info().version());
    assertNotSame(harness.driver().getClass(), fresh.driver().getClass());
  }

  @Test
  void anotherProcessOpensThatFoldersPort() throws Exception {
    try (Trial trial = new Trial(harness(), 1, Duration.ofSeconds(1))) {
      KilledPort.hold(trial, trial.wire(Harness.Request.plain()));
      assertEquals(List.of("the process that held the port was killed"), trial.observations());
    }
  }
}
