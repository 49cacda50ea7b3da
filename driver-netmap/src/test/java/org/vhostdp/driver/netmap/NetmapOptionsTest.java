package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;

/** The keys of a port, and what they mean together. */
final class NetmapOptionsTest {
  private static NetmapOptions of(String port, String... pairs) throws DriverException {
    Map<String, String> keys = new HashMap<>(Map.of("port", port));
    for (int i = 0; i < pairs.length; i += 2) {
      keys.put(pairs[i], pairs[i + 1]);
    }
    return NetmapOptions.of(NetmapOptions.SCHEMA.check("a test", keys));
  }

  @Test
  void aSwitchHasHeadersAndLongRings() throws Exception {
    NetmapOptions options = of("vale0:1");
    assertTrue(options.vnet());
    assertEquals(4096, options.slots());
    assertEquals(8, options.queues());
    assertEquals(0, options.extra());
    assertFalse(of("vale0:1", "vnet-hdr", "off").vnet());
  }

  @Test
  void aPipeHasHeadersOnlyIfBothEndsAreToldSo() throws Exception {
    assertFalse(of("vale0:1{1").vnet());
    assertTrue(of("vale0:1{1", "vnet-hdr", "on").vnet());
    assertEquals(1024, of("vale0:1{1").slots());
  }

  @Test
  void anInterfaceKeepsItsOwnRings() throws Exception {
    assertEquals(0, of("netmap:eth0").slots());
    assertEquals(256, of("netmap:eth0", "slots", "256").slots());
    assertFalse(of("netmap:eth0").vnet());
    assertFalse(of("vale0:1/r").vnet());
  }

  @Test
  void oneRingIsOneQueuePair() throws Exception {
    assertEquals(1, of("netmap:eth0-2", "queues", "8").queues());
    assertEquals(16, of("vale0:1", "queues", "64").queues());
    assertEquals(64, of("netmap:eth0", "queues", "64").queues());
  }

  @Test
  void headersOnAnInterfaceAreRefused() {
    DriverException e =
        assertThrows(DriverException.class, () -> of("netmap:eth0", "vnet-hdr", "on"));
    assertEquals(DriverException.Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().contains("netmap:eth0"), e.getMessage());
  }

  @Test
  void numbersOutOfRangeAreRefusedByKey() {
    for (String key : new String[] {"queues", "slots", "extra-buffers"}) {
      DriverException e = assertThrows(DriverException.class, () -> of("vale0:1", key, "999999"));
      assertTrue(e.getMessage().contains(key), e.getMessage());
    }
  }
}
