package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** Mistakes of the caller and of operators, told in words that help. */
final class TapMisuseTest {
  private TapLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void aPortThatWasNeverConfiguredDoesNotStart() throws Exception {
    Port port = lab.port("ifname", "a");
    IllegalStateException e = assertThrows(IllegalStateException.class, port::start);
    assertTrue(e.getMessage().contains("not configured"), e.getMessage());
    port.configure(PortSettings.defaults());
    port.start();
  }

  @Test
  void aFrameIsGivenBackOnceAndThePoolStaysSound() throws Exception {
    Port port = lab.started("ifname", "a");
    TapLab.Wire wire = lab.wire("a");
    Burst burst = new Burst(8);
    assertEquals(8, port.tx(0).claim(burst, 8));
    port.tx(0).unclaim(burst, 0, 8);
    assertThrows(IllegalStateException.class, () -> port.tx(0).unclaim(burst, 0, 8));
    burst.region[0] = 7;
    assertThrows(IllegalStateException.class, () -> port.tx(0).unclaim(burst, 0, 1));
    int lent = 0;
    Burst all = new Burst(64);
    for (int n = port.tx(0).claim(all, 64); n > 0; n = port.tx(0).claim(all, 64)) {
      lent += n;
      if (lent > TapFrames.COUNT) {
        break;
      }
    }
    assertEquals(TapFrames.COUNT, lent);
    port.stop();
    port.start();
    byte[] frame = Frames.of(64, 1);
    assertEquals(1, Frames.send(port, frame));
    assertArrayEquals(frame, wire.receive(1000));
  }

  @Test
  void aValueThatOpenRefusesIsNamedByItsKey() {
    Map<String, String> wrong =
        Map.of("ifname", "/no/such/path", "mac", "01:00:00:00:00:01", "address", "nonsense");
    wrong.forEach(
        (key, value) -> {
          DriverException e = assertThrows(DriverException.class, () -> lab.port(key, value));
          assertEquals(DriverException.Reason.CONFIGURATION, e.reason());
          assertTrue(e.getMessage().contains("\"" + key + "\""), e.getMessage());
        });
    DriverException e =
        assertThrows(DriverException.class, () -> lab.port("ifname", "a-name-that-is-too-long"));
    assertTrue(e.getMessage().contains("\"ifname\""), e.getMessage());
  }

  @Test
  void aNamespaceThatIsNotThereIsToldWithErrno() {
    DriverException e =
        assertThrows(DriverException.class, () -> lab.port("netns", "/run/netns/nowhere"));
    assertEquals(DriverException.Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains("(ENOENT)"), e.getMessage());
  }
}
