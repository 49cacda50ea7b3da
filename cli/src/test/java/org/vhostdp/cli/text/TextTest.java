package org.vhostdp.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void columnsAreAsWideAsTheyNeedToBe() {
    assertEquals(
        List.of("NAME    N", "a      10", "bcdef   -"),
        new Table("NAME", ">N").row("a", 10).row("bcdef", null).lines());
  }

  @Test
  void decimalPrefixesLeaveThreeDigits() {
    assertEquals("0", Units.decimal(0, ""));
    assertEquals("999 bit/s", Units.decimal(999, "bit/s"));
    assertEquals("1.00 kbit/s", Units.decimal(999.9, "bit/s"));
    assertEquals("1.23 M", Units.decimal(1_234_567, ""));
    assertEquals("12.3 Gbit/s", Units.decimal(12.34e9, "bit/s"));
    assertEquals("0.50 s", Units.decimal(0.5, "s"));
  }

  @Test
  void bytesHaveBinaryPrefixes() {
    assertEquals("0 B", Units.bytes(0));
    assertEquals("1023 B", Units.bytes(1023));
    assertEquals("512 MiB", Units.bytes(512L << 20));
    assertEquals("1.50 KiB", Units.bytes(1536));
  }

  @Test
  void timesAreReadable() {
    assertEquals("59 s", Units.duration(59_999_999_999L));
    assertEquals("2 min 5 s", Units.duration(125_000_000_000L));
    assertEquals("1 h 1 min", Units.duration(3_660_000_000_000L));
    assertEquals("82.0 us", Units.latency(82_000));
    assertEquals("1.20 ms", Units.latency(1_200_000));
  }

  @Test
  void aRedrawnScreenHasNoRestOfTheOldOne() {
    assertEquals("\033[Ha\033[K\nb\033[K\n\033[J", Terminal.redraw(List.of("a", "b")));
  }
}
