package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverInfoTest {
  @Test
  void itTellsWhoTheDriverIs() {
    DriverInfo info = DriverInfo.of("af-xdp2", "1.2", "[1.0,2.0)", "A line");
    assertEquals("af-xdp2", info.id());
    assertEquals(Version.parse("1.2.0"), info.version());
    assertTrue(info.spi().contains(SpiVersion.CURRENT));
    assertEquals("A line", info.summary());
    assertEquals("af-xdp2 1.2.0", info.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Tap",
        "2tap",
        "-tap",
        "tap_0",
        "tap 0",
        "tap/..",
        "tap\n",
        "a23456789012345678901234567890123"
      })
  void aBadIdIsRefusedByName(String id) {
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class, () -> DriverInfo.of(id, "1.0", "[1.0,2.0)", "s"));
    assertEquals(
        "\"" + id + "\" is not a driver id; use 1 to 32 of a-z, 0-9 and '-', a letter first",
        wrong.getMessage());
  }

  @Test
  void theLongestIdHas32Letters() {
    String longest = "a".repeat(32);
    assertEquals(longest, DriverInfo.of(longest, "1.0", "[1.0,2.0)", "s").id());
  }

  @Test
  void badVersionsAndRangesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> DriverInfo.of("a", "one", "[1.0,2.0)", "s"));
    assertThrows(IllegalArgumentException.class, () -> DriverInfo.of("a", "1.0", "0.1", "s"));
    assertThrows(NullPointerException.class, () -> DriverInfo.of("a", "1.0", "[1.0,2.0)", null));
  }

  @Test
  void aProbeSaysWhyNotAndWhatToDo() {
    assertTrue(Probe.ok().isOk());
    assertEquals("ok", Probe.ok().toString());
    Probe slow = Probe.ok("The kernel is old.");
    assertTrue(slow.isOk());
    assertEquals("ok: The kernel is old.", slow.toString());
    Probe not = Probe.unavailable("There is no device.", "Plug one in.");
    assertFalse(not.isOk());
    assertEquals("There is no device.", not.reason());
    assertEquals("Plug one in.", not.advice());
    assertEquals("There is no device. Plug one in.", not.toString());
  }

  @Test
  void anExceptionEndsWithItsAdvice() {
    Throwable cause = new IllegalStateException();
    DriverException with =
        new DriverException(DriverException.Reason.BUSY, "It is taken.", "Free it.", cause);
    assertEquals("It is taken. Free it.", with.getMessage());
    assertEquals("Free it.", with.advice());
    assertEquals(cause, with.getCause());
    DriverException without = new DriverException(DriverException.Reason.DEVICE, "It broke.", "");
    assertEquals("It broke.", without.getMessage());
    assertEquals(DriverException.Reason.DEVICE, without.reason());
  }

  @Test
  void statisticsOfSeveralQueuesAddUp() {
    Statistics statistics = new Statistics();
    statistics.more("lost", 2);
    statistics.more("lost", 3);
    assertEquals(Map.of("lost", 5L), statistics.more());
    assertThrows(UnsupportedOperationException.class, () -> statistics.more().put("x", 1L));
  }
}
