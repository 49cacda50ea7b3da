package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DifferenceTest {
  private static final TckResult RESULT = Samples.result(Map.of("a", "0".repeat(64)));

  private static List<Difference> after(String right, String wrong) throws Refused {
    return Difference.between(RESULT, TckResult.parse(RESULT.text().replace(right, wrong), "r"));
  }

  @Test
  void anotherRunOfTheSameDiffersInNothing() throws Exception {
    assertEquals(List.of(), Difference.between(RESULT, Samples.again(RESULT)));
    assertEquals(List.of(), after("-1234567890123456789", "7"));
    assertEquals(List.of(), after("\"amd64\"", "\"aarch64\""));
  }

  @Test
  void everyKindIsFound() throws Exception {
    assertEquals(
        List.of(new Difference("file", "a", "0".repeat(64), "1".repeat(64))),
        after("0".repeat(64), "1".repeat(64)));
    assertEquals(
        List.of(
            new Difference("file", "a", "0".repeat(64), ""),
            new Difference("file", "b", "", "0".repeat(64))),
        after("\"a\": \"0", "\"b\": \"0"));
    assertEquals(
        List.of(new Difference("capability", "max-queue-pairs", "4", "8")),
        after("\"max-queue-pairs\": \"4\"", "\"max-queue-pairs\": \"8\""));
    assertEquals(
        List.of(new Difference("ability", "interrupts", "declared", "")),
        after("\"interrupts\",", ""));
    assertEquals(
        List.of(new Difference("rule", "TX-10", "skip: Seen: skip.", "fail: Seen: skip.")),
        after("\"skip\"", "\"fail\""));
    assertEquals(
        List.of(new Difference("mutant", "Loses", "caught", "missed: One of 4 was lost.")),
        after("\"killed\": true", "\"killed\": false"));
    assertEquals(
        List.of(new Difference("verdict", "verdict", "pass", "fail")),
        after("\"verdict\": \"pass\"", "\"verdict\": \"fail\""));
    assertEquals(
        List.of(new Difference("kit", "version", "0.1.0", "0.2.0")), after("0.1.0", "0.2.0"));
    assertEquals(
        List.of(new Difference("driver", "version", "1.2.0", "1.2.1")), after("1.2.0", "1.2.1"));
  }
}
