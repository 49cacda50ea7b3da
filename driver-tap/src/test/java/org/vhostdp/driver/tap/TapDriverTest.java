package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.SpiVersion;

/** What needs no privilege and no device. */
final class TapDriverTest {
  private final TapDriver driver = new TapDriver();

  @Test
  void theVersionIsThatOfTheBuild() throws Exception {
    String pom = Files.readString(Path.of("pom.xml"));
    String version = driver.info().version().toString();
    String id = "<artifactId>vhost-dp-driver-tap</artifactId>\n  <version>" + version + "<";
    assertTrue(pom.contains(id), id);
    String store = Files.readString(Path.of("src/main/store/driver.properties"));
    assertTrue(store.contains("id=" + driver.info().id() + "\n"));
    assertTrue(store.contains("spi=" + driver.info().spi() + "\n"));
    assertTrue(store.contains("summary=" + driver.info().summary() + "\n"));
  }

  @Test
  void itRunsOnThisSpi() {
    assertTrue(driver.info().spi().contains(SpiVersion.CURRENT));
  }

  @Test
  void everyKeyIsDocumentedForOperators() throws Exception {
    String manual = Files.readString(Path.of("../docs/drivers/tap.md"));
    for (ConfigKey key : driver.schema().keys()) {
      assertTrue(manual.contains("| `" + key.name() + "` |"), key.name());
      assertTrue(key.doc().endsWith("."), key.doc());
    }
  }

  @Test
  void defaultsMakeATapOfItsOwn() throws Exception {
    TapOptions options = TapOptions.of(driver.schema().check("the test", Map.of()));
    assertEquals("vdp%d", options.ifname());
    assertTrue(options.isPattern());
    assertTrue(options.up());
    assertFalse(options.persist());
    assertEquals(16, options.queues());
    assertEquals(Integer.MAX_VALUE, options.sendBuffer());
  }
}
