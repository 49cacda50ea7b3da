package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.SpiVersion;

class LoopbackDriverTest {
  private final Driver driver = new LoopbackDriver();

  @Test
  void theModuleProvidesIt() {
    Module module = LoopbackDriver.class.getModule();
    assertEquals("org.vhostdp.driver.loopback", module.getName());
    assertTrue(
        module.getDescriptor().provides().stream()
            .anyMatch(
                service ->
                    service.service().equals(Driver.class.getName())
                        && service.providers().contains(LoopbackDriver.class.getName())));
  }

  @Test
  void theStoreDescriptorSaysTheSame() throws IOException {
    Properties store = new Properties();
    Path base = Path.of(System.getProperty("basedir", ""));
    try (Reader reader =
        Files.newBufferedReader(base.resolve("src/main/store/driver.properties"))) {
      store.load(reader);
    }
    assertEquals(driver.info().id(), store.getProperty("id"));
    assertEquals(driver.info().spi().toString(), store.getProperty("spi"));
    assertEquals(driver.info().summary(), store.getProperty("summary"));
    assertEquals("org.vhostdp.driver.loopback", store.getProperty("module"));
    String pom = Files.readString(base.resolve("pom.xml"));
    assertTrue(pom.contains("<version>" + driver.info().version() + "</version>"));
  }

  @Test
  void itRunsOnThisSpi() {
    assertTrue(driver.info().spi().contains(SpiVersion.CURRENT));
  }

  @Test
  void probingLeavesNothingBehind() {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    assertTrue(driver.probe().isOk(), driver.probe().toString());
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  @Test
  void everyDefaultIsAValueOfItsKey() {
    for (ConfigKey key : driver.schema().keys()) {
      assertTrue(key.defaultValue() == null || key.accepts(key.defaultValue()), key.name());
      assertTrue(key.doc().endsWith("."), key.name());
    }
  }
}
