package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** What can be told without netmap's module. */
final class NetmapDriverTest {
  private final NetmapDriver driver = new NetmapDriver();

  private static void withoutModule() {
    assumeFalse(Files.exists(Path.of("/dev/netmap")), "netmap's module is loaded here.");
  }

  @Test
  void itTellsWhatItIsWithoutTheModule() {
    assertEquals("netmap", driver.info().id());
    assertEquals("port", driver.schema().keys().getFirst().name());
  }

  @Test
  void withoutTheModuleTheProbeSaysWhatToLoad() {
    withoutModule();
    Probe probe = driver.probe();
    assertFalse(probe.isOk());
    assertTrue(probe.reason().contains("/dev/netmap is not there"), probe.reason());
    assertTrue(probe.advice().contains("modprobe netmap"), probe.advice());
  }

  @Test
  void withoutTheModuleOpenSaysTheSameAndLeavesNothing() throws Exception {
    withoutModule();
    long open = Fd.openCount();
    for (String port : new String[] {"vale0:1", "vale0:1{1", "netmap:lo", "netmap:nosuch0^"}) {
      PortConfig config = driver.schema().check("a test", Map.of("port", port));
      DriverException e =
          assertThrows(DriverException.class, () -> driver.open(config, new SilentHost()));
      assertEquals(DriverException.Reason.NOT_FOUND, e.reason());
      assertTrue(e.getMessage().contains("/dev/netmap: ENOENT"), e.getMessage());
      assertTrue(e.advice().contains("netmap.ko"), e.advice());
    }
    assertEquals(open, Fd.openCount());
  }

  @Test
  void aMissingNamespaceIsNamedFirst() throws Exception {
    Map<String, String> keys = Map.of("port", "vale0:1", "netns", "/run/netns/no-such");
    PortConfig config = driver.schema().check("a test", keys);
    DriverException e =
        assertThrows(DriverException.class, () -> driver.open(config, new SilentHost()));
    assertEquals(DriverException.Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains("/run/netns/no-such"), e.getMessage());
  }
}
