package org.vhostdp.attest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.attest.json.Json;

final class StatementTest {
  private static final Map<String, String> FILES =
      Map.of("lib/a.jar", "0".repeat(64), "driver.properties", "1".repeat(64));

  private static String text(TckResult result) {
    return new String(Statement.bytes(result), UTF_8);
  }

  @Test
  void aResultComesBackFromItsStatement() throws Exception {
    TckResult result = Samples.result(FILES);
    assertEquals(result, Statement.parse(Statement.bytes(result), "s"));
  }

  @Test
  void itIsAnInTotoStatementOfTestResults() throws Exception {
    Object value = Json.read(text(Samples.result(FILES)));
    assertEquals("https://in-toto.io/Statement/v1", Json.at(value, "_type"));
    assertEquals(
        "https://in-toto.io/attestation/test-result/v0.1", Json.at(value, "predicateType"));
    Object subject = Json.array(Json.at(value, "subject")).getFirst();
    assertEquals("driver.properties", Json.at(subject, "name"));
    assertEquals("1".repeat(64), Json.at(subject, "digest", "sha256"));
    Object predicate = Json.at(value, "predicate");
    assertEquals("PASSED", Json.at(predicate, "result"));
    assertEquals(List.of("TX-1", "TX-2"), Json.at(predicate, "passedTests"));
    assertEquals(List.of("TX-10"), Json.at(predicate, "warnedTests"));
    assertEquals(List.of(), Json.at(predicate, "failedTests"));
    assertEquals(1, Json.array(Json.at(predicate, "configuration")).size());
  }

  @Test
  void theSameRunHasTheSameBytesWithoutTimes() {
    TckResult result = Samples.result(FILES);
    TckResult again = Samples.again(result);
    assertArrayEquals(Statement.reproducible(result), Statement.reproducible(again));
    assertFalse(text(result).equals(text(again)));
    assertArrayEquals(Statement.bytes(result), Statement.bytes(Samples.result(FILES)));
  }

  @Test
  void theOrderOfFilesDoesNotMatter() {
    Map<String, String> turned = new LinkedHashMap<>();
    turned.put("lib/a.jar", "0".repeat(64));
    turned.put("driver.properties", "1".repeat(64));
    assertArrayEquals(
        Statement.bytes(Samples.result(FILES)), Statement.bytes(Samples.result(turned)));
  }

  @Test
  void keysAreInOrderAndThereIsNoWhiteSpace() throws Exception {
    TckResult result = Samples.result(FILES);
    String text = new String(Statement.reproducible(result), UTF_8);
    assertTrue(text.startsWith("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{"));
    assertEquals(Json.line(Json.read(text)), text);
    assertFalse(text.contains("2026-01-02") || text.contains("packets/s"), text);
  }

  /** A part of the statement, what replaces it, and what the refusal says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "in-toto.io/Statement/v1 | in-toto.io/Statement/v0.1 | the field _type is",
        "test-result/v0.1 | provenance/v1 | the field predicateType is",
        "\"result\":\"PASSED\" | \"result\":\"FAILED\" | predicate.result is \"FAILED\"",
        "\"passedTests\":[\"TX-1\", | \"passedTests\":[ | predicate.passedTests does not follow",
        "\"warnedTests\":[\"TX-10\"] | \"warnedTests\":[] | predicate.warnedTests does not follow",
        "\"failedTests\":[] | \"failedTests\":[\"X-1\"] | predicate.failedTests does not follow",
        "\"name\":\"lib/a.jar\" | \"name\":\"driver.properties\" | subject[1].name is there twice",
        "\"subject\":[ | \"subject\":[7, | subject[0] is no object",
        "attestation/tck/v1 | attestation/tck/v9 | attestation/tck/v1 is missing",
        "attestation/tck-run/v1 | attestation/tck-run/v9 | attestation/tck-run/v1 is missing",
        "\"times\":{ | \"tims\":{ | the field times is missing",
      })
  void whatIsMalformedOrContradictsItselfIsRefused(String right, String wrong, String words) {
    String text = text(Samples.result(FILES));
    assertTrue(text.contains(right), () -> right + " in " + text);
    byte[] bytes = text.replace(right, wrong).getBytes(UTF_8);
    Refused refused = assertThrows(Refused.class, () -> Statement.parse(bytes, "s"));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }
}
