package org.vhostdp.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.IoSettings;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverStore;

/** The reference driver as an operator installs it: from a folder, into a whole dataplane. */
class LoadedDriverTest {
  @TempDir private Path temp;
  private DriverStore store;

  @BeforeEach
  void install() throws IOException {
    Path folders = Files.createDirectories(temp.resolve("store"));
    Path folder = Files.createDirectories(folders.resolve("loopback/lib")).getParent();
    DriverInfo info = new LoopbackDriver().info();
    Files.writeString(
        folder.resolve(DriverDescriptor.FILE),
        "id=loopback\nversion=%s\nmodule=org.vhostdp.driver.loopback\nspi=%s\n"
            .formatted(info.version(), info.spi()));
    pack(folder.resolve("lib/loopback.jar"));
    store = new DriverStore(List.of(folders));
  }

  /** Packs the module as it stands on the module path, a folder of classes or a jar. */
  private static void pack(Path jar) throws IOException {
    Path module =
        Path.of(
            ModuleLayer.boot()
                .configuration()
                .findModule("org.vhostdp.driver.loopback")
                .flatMap(resolved -> resolved.reference().location())
                .orElseThrow());
    if (Files.isRegularFile(module)) {
      Files.copy(module, jar);
      return;
    }
    int code =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "-c", "-f", jar.toString(), "-C", module.toString(), ".");
    assertEquals(0, code);
  }

  private DataplaneConfig config(Map<String, String> values, String... ports) {
    return new DataplaneConfig(
        IoSettings.defaults(),
        Arrays.stream(ports)
            .map(name -> new DriverSection("d-" + name, "loopback", values))
            .toList(),
        Arrays.stream(ports)
            .map(
                name ->
                    new Netdev(
                        PortBed.spec(name, 1), "d-" + name, SocketSpec.server(socket(name), 0600)))
            .toList());
  }

  private Path socket(String name) {
    return temp.resolve(name + ".sock");
  }

  @Test
  void aLoadedDriverTransmits() throws Exception {
    Driver driver = store.load("loopback");
    assertEquals(LoopbackDriver.class.getName(), driver.getClass().getName());
    assertNotSame(LoopbackDriver.class, driver.getClass(), "its own, from its own folder");
    Leaks before = Leaks.settled();
    try (Dataplane dataplane = Dataplane.start(config(Map.of(), "a", "b"), store)) {
      assertEquals(2, dataplane.ports().size());
      assertEquals(1, dataplane.threads().size());
      for (String name : new String[] {"a", "b"}) {
        try (TwinDevice guest = TwinDevice.start(socket(name), TwinOptions.defaults())) {
          Echo.check(guest.net().pair(0), 500);
        }
      }
      assertEquals(
          driver.getClass().getModule(),
          dataplane.ports().get(0).driver().getClass().getModule(),
          "the port is the loaded driver's");
    }
    before.awaitSame("a whole dataplane");
  }

  private String failure(DataplaneConfig config) {
    Leaks before = Leaks.settled();
    Dataplane.StartFailed e =
        assertThrows(Dataplane.StartFailed.class, () -> Dataplane.start(config, store));
    before.awaitSame("a start that failed");
    return e.getMessage();
  }

  @Test
  void aFailedStartLeavesNothing() throws IOException {
    assertTrue(failure(config(Map.of("colour", "red"), "a")).startsWith("netdev a: "));
    assertTrue(failure(config(Map.of("mode", "pair"), "a")).contains("\"wire\""));
    Files.writeString(socket("b"), "not a socket");
    assertTrue(failure(config(Map.of(), "a", "b")).startsWith("netdev b: "));
    assertTrue(Files.notExists(socket("a")), "the port that had started is gone again");
    assertTrue(failure(config(Map.of())).contains("There is no netdev"));
  }

  @Test
  void aDriverThatIsNotInstalledIsNamed() {
    DataplaneConfig config =
        new DataplaneConfig(
            IoSettings.defaults(),
            List.of(new DriverSection("d", "tap", Map.of())),
            List.of(new Netdev(PortBed.spec("a", 1), "d", SocketSpec.server(socket("a"), 0600))));
    assertEquals(
        "netdev a: There is no driver \"tap\" in %s. Installed: loopback."
            .formatted(store.stores()),
        failure(config));
  }
}
