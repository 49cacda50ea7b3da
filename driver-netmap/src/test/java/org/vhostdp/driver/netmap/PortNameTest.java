package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.DriverException;

/** Names of ports, as netmap's tools write them. */
final class PortNameTest {
  @ParameterizedTest
  @CsvSource({
    "vale0:1, VALE, vale0:1, -1",
    "vale:guest, VALE, vale:guest, -1",
    "vale0:1{2, PIPE, vale0:1{2, -1",
    "vale0:p}x, PIPE, vale0:p}x, -1",
    "netmap:eth0, NIC, eth0, -1",
    "netmap:eth0-3, NIC, eth0, 3",
    "netmap:eth0^, HOST, eth0, -1",
    "netmap:eth0^-1, HOST, eth0, 1",
    "netmap:eth0{1, PIPE, eth0{1, -1",
    "netmap:enp0s31f6.100, NIC, enp0s31f6.100, -1",
  })
  void namesAreRead(String text, PortName.Kind kind, String device, int ring) throws Exception {
    PortName port = PortName.of(text);
    assertEquals(kind, port.kind());
    assertEquals(device, port.device());
    assertEquals(ring, port.ring());
    assertFalse(port.monitors());
    assertEquals(text, port.toString());
  }

  @Test
  void monitorsAreRead() throws Exception {
    PortName port = PortName.of("netmap:eth0-2/rtz");
    assertTrue(port.received() && port.sent() && port.copyless() && port.monitors());
    assertEquals(2, port.ring());
    PortName received = PortName.of("vale0:1/r");
    assertTrue(received.received() && !received.sent() && !received.copyless());
    assertFalse(received.makesRings(), "a monitor has the rings that it is given");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "eth0",
        "vale0",
        "vale0:",
        "netmap:",
        "netmap:eth0+",
        "netmap:eth0/",
        "netmap:eth0/z",
        "vale0:1^",
        "netmap:eth0{",
        "netmap:eth0 ",
        "netmap:eth0-",
        "netmap:eth0-12345",
        "vale0:1{2^",
        "vale/0:1",
        "netmap:\u00e9"
      })
  void othersAreRefusedByNameWithAdvice(String text) {
    DriverException e = assertThrows(DriverException.class, () -> PortName.of(text));
    assertEquals(DriverException.Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().contains("\"port\" = \"" + text + "\""), e.getMessage());
    assertTrue(e.advice().contains("vale0:1"), e.advice());
  }

  @Test
  void aNameLongerThanTheKernelTakesIsRefused() throws Exception {
    String longest = "vale0:" + "p".repeat(57);
    assertEquals(63, PortName.of(longest).device().length());
    assertThrows(DriverException.class, () -> PortName.of(longest + "p"));
  }
}
