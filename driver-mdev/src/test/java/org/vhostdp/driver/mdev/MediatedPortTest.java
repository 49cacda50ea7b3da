package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Mediated devices by the driver's own keys, as far as a real parent allows: the sample of the
 * kernel's source is a serial port, which is no NIC.
 */
@Tag("guest-kernel")
final class MediatedPortTest {
  private static final Path DEVICES = Path.of("/sys/bus/mdev/devices");
  private static final Path TYPE = Path.of("/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1");

  private final String uuid = UUID.randomUUID().toString();

  @BeforeEach
  void needsTheSample() {
    assumeTrue(Files.exists(TYPE), "needs the sample parent mtty of the kernel's source");
  }

  private static DriverException refused(Map<String, String> keys) {
    return assertThrows(DriverException.class, () -> MdevLab.open(keys).close());
  }

  @Test
  void theDriverNamesItsParentsAndTypes() {
    String said = new MdevDriver().probe().reason();
    assertTrue(said.contains("mtty (mtty-1, "), said);
    assertTrue(said.contains("mtty-2, "), said);
  }

  @Test
  void aDeviceThatIsNoNicIsMadeNamedAndRemoved() {
    int free = Integer.parseInt(GuestLab.read(TYPE.resolve("available_instances")));
    DriverException no = refused(Map.of("parent", "mtty", "type", "mtty-1", "uuid", uuid));
    assertEquals(Reason.UNSUPPORTED, no.reason());
    assertTrue(no.getMessage().contains(uuid), no.getMessage());
    assertTrue(no.getMessage().contains("4348:3253"), no.getMessage());
    assertFalse(Files.exists(DEVICES.resolve(uuid)), "it was made, and stays");
    assertEquals("" + free, GuestLab.read(TYPE.resolve("available_instances")));
  }

  @Test
  void aDeviceThatExistsIsLeftThere() throws Exception {
    GuestLab.write(TYPE.resolve("create"), uuid);
    try {
      DriverException no = refused(Map.of("mdev", uuid));
      assertEquals(Reason.UNSUPPORTED, no.reason());
      assertTrue(Files.exists(DEVICES.resolve(uuid)), "what exists is not removed");
    } finally {
      GuestLab.write(DEVICES.resolve(uuid).resolve("remove"), "1");
    }
  }

  @Test
  void aTypeThatIsNotThereIsAnsweredWithThoseThatAre() {
    DriverException no = refused(Map.of("parent", "mtty", "type", "nic-1"));
    assertEquals(Reason.NOT_FOUND, no.reason());
    assertTrue(no.getMessage().contains("mtty-1, mtty-2"), no.getMessage());
  }
}
