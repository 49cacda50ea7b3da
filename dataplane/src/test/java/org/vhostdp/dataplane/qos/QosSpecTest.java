package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.spi.Shaping;

class QosSpecTest {
  private static String refusal(String... lines) {
    return assertThrows(QosRefused.class, () -> QosSpec.of(List.of(lines))).getMessage();
  }

  @Test
  void everyKindOfLineIsReadAndWrittenAgain() throws QosRefused {
    List<String> lines =
        List.of(
            "tx rate=100mbit burst=64k",
            "tx queue=1 rate=1500kbit packets=200",
            "rx queue=1 packets=10000",
            "queue=0 weight=3 priority=1",
            "class=2 dscp=34,46 vlan-priority=5 rate=10mbit weight=4 priority=0",
            "port weight=2");
    QosSpec spec = QosSpec.of(lines);
    assertEquals(lines, spec.lines());
    assertEquals(spec, QosSpec.of(spec.lines()));
    assertTrue(spec.limits());
    assertEquals(3, spec.weight(0));
    assertEquals(1, spec.priority(0));
    assertEquals(1, spec.weight(7));
    assertEquals(0, spec.priority(7));
    assertEquals(2, spec.portWeight());
    assertEquals(new Limit(100_000_000, 0, 65536), spec.limits(Shaping.TRANSMIT).get(QosSpec.PORT));
  }

  @Test
  void orderCaseBlanksAndRemarksDoNotMatter() throws QosRefused {
    QosSpec spec = QosSpec.of(List.of("  RX  Rate=1000Mbit", "", "# why", "tx rate=8000bit"));
    assertEquals(List.of("tx rate=8kbit", "rx rate=1gbit"), spec.lines());
  }

  @Test
  void sharesAloneHoldNothingBack() throws QosRefused {
    assertFalse(QosSpec.of(List.of("queue=1 weight=5", "port weight=3")).limits());
    assertFalse(QosSpec.NONE.limits());
    assertEquals(List.of(), QosSpec.NONE.lines());
    assertTrue(QosSpec.of(List.of("class=1 dscp=46")).limits());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tx rate=0mbit | to remove a limit, leave its line out",
        "tx rate=0 | to remove a limit, leave its line out",
        "rx packets=0 | to remove a limit, leave its line out",
        "tx rate=1001gbit | goes from 1000 to 1000000000000 bit",
        "tx rate=99999999999999999999gbit | goes from 1000 to 1000000000000 bit",
        "tx rate=999bit | goes from 1000",
        "tx rate=100 | a whole number and bit, kbit, mbit or gbit",
        "tx rate=1.5gbit | a whole number and bit",
        "tx rate=-5mbit | a whole number and bit",
        "tx rate=mbit | a whole number and bit",
        "tx packets=many | a whole number, such as packets=10000",
        "tx packets=9999999999 | goes from 1 to 1000000000",
        "tx rate=1mbit burst=100 | goes from 1522",
        "tx rate=1mbit burst=99999m | goes from 1522",
        "tx rate=1mbit burst=5kb | a whole number of bytes, or of k or m",
        "tx packets=5 burst=64k | has a burst, but no rate",
        "tx | limits nothing: it needs rate=",
        "tx queue=0 | limits nothing",
        "tx queue=256 rate=1mbit | goes from 0 to 255",
        "tx queue=x rate=1mbit | no whole number",
        "tx rate=1mbit rate=2mbit | has rate= twice",
        "tx rat=1mbit | perhaps rate was meant",
        "tx rate | write rate=VALUE",
        "tx rate= | write rate=VALUE",
        "tx=1 rate=1mbit | it takes none",
        "tz rate=1mbit | perhaps tx was meant",
        "queue=1 | says nothing about its queue",
        "queue=1 weight=0 | goes from 1 to 64",
        "queue=1 weight=65 | goes from 1 to 64",
        "queue=1 priority=8 | goes from 0 to 7",
        "class=8 dscp=1 | goes from 0 to 7",
        "class=1 rate=1mbit | names no frames",
        "class=1 dscp=64 | goes from 0 to 63",
        "class=1 dscp=1,,2 | no whole number",
        "class=1 vlan-priority=8 | goes from 0 to 7",
        "port | needs weight=",
        "port weight=1 rate=5mbit | here are known weight",
      })
  void badLinesAreRefusedWithASentence(String line, String says) {
    String message = refusal(line);
    assertTrue(message.contains(says), message);
    assertTrue(message.startsWith("Line \"" + line + "\"") && message.endsWith("."), message);
  }

  @Test
  void linesThatSayTheSameThingTwiceAreRefused() {
    assertTrue(refusal("tx rate=1mbit", "tx rate=2mbit").contains("second one"));
    assertTrue(refusal("rx queue=1 packets=5", "rx queue=1 rate=2mbit").contains("second one"));
    assertTrue(refusal("queue=1 weight=2", "queue=1 priority=2").contains("second one"));
    assertTrue(refusal("class=1 dscp=1", "class=1 dscp=2").contains("second one"));
    assertTrue(refusal("port weight=1", "port weight=1").contains("second one"));
    String both = refusal("class=1 dscp=46,47", "class=2 dscp=46");
    assertTrue(both.contains("class 1 names too"), both);
  }

  @Test
  void linesForQueuesThatAreNotThereAreRefused() throws QosRefused {
    QosSpec spec = QosSpec.of(List.of("tx queue=2 rate=1mbit", "queue=1 weight=2"));
    spec.fits(3);
    String two = assertThrows(QosRefused.class, () -> spec.fits(2)).getMessage();
    assertEquals("A line names queue 2, but the port has 2 queue pairs, queues 0 to 1.", two);
    QosSpec.of(List.of("tx rate=1mbit")).fits(1);
  }

  @Test
  void defaultBurstsAreShortBesideASecondAndHoldAFrame() {
    assertEquals(1522, new Limit(1_000_000, 0, 0).burst());
    assertEquals(125_000, new Limit(100_000_000, 0, 0).burst());
    assertEquals(1_250_000, new Limit(1_000_000_000, 0, 0).burst());
    assertEquals(2, new Limit(0, 5, 0).packetBurst());
  }
}
