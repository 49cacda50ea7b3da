package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.json.Json;

final class TckResultTest {
  private static final TckResult RESULT =
      Samples.result(Map.of("lib/toy.jar", "0".repeat(64), "driver.properties", "1".repeat(64)));

  /** Objects whose fields are named by the driver or the run. */
  private static final Set<String> NAMED = Set.of("files", "capabilities", "config", "nanos");

  @TempDir private Path folder;

  private static void assertRefused(String text, String words) {
    Refused refused = assertThrows(Refused.class, () -> TckResult.parse(text, "r.json"));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertTrue(refused.getMessage().contains("r.json"), refused.getMessage());
  }

  @Test
  void aResultComesBackFromItsFile() throws Exception {
    Path file = folder.resolve("new/result.json");
    RESULT.write(file);
    assertEquals(RESULT, TckResult.read(file));
    try (var files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void everySeedComesBack() throws Exception {
    for (long seed : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1}) {
      TckResult.RuleResult rule =
          new TckResult.RuleResult("A-1", "t", "g", "", TckResult.Status.PASS, "", seed, List.of());
      TckResult result = Samples.result(Map.of(), List.of(rule), Samples.mutants(), true);
      assertEquals(seed, TckResult.parse(result.text(), "r").rules().getFirst().seed());
    }
  }

  @Test
  void whatADriverSaysCannotMakeAResultUnreadable() throws Exception {
    TckResult.RuleResult rule =
        new TckResult.RuleResult(
            "A-1",
            "t",
            "g",
            "",
            TckResult.Status.FAIL,
            "two\nlines \u001b[31m \u0000",
            1,
            List.of("\u202e"));
    TckResult result = Samples.result(Map.of(), List.of(rule), Samples.mutants(), false);
    assertEquals(result, TckResult.parse(result.text(), "r"));
    assertEquals("two\nlines \uFFFD[31m \uFFFD", result.rules().getFirst().sentence());
  }

  @Test
  void unknownFieldsAreLeftAlone() throws Exception {
    String text = RESULT.text().replaceFirst("\\{", "{\"later\": [1],");
    assertEquals(RESULT, TckResult.parse(text, "r"));
  }

  /** A field's text in the file, what replaces it, and what the refusal says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"kit\": {          | \"kitt\": {        | the field kit is missing",
        "\"version\": \"0.1.0\" | \"version\": 1   | kit.version is not text",
        "\"version\": \"0.1.0\" | \"version\": \" \" | kit.version is not one line of text",
        "\"rules\": \"abab   | \"rules\": \"ABAB   | kit.rules is no SHA-256",
        "\"count\": 3        | \"count\": 0        | kit.count is less than 1",
        "\"count\": 3        | \"count\": 3.5      | kit.count is no whole number",
        "\"count\": 3        | \"count\": 99999999999999999999 | kit.count is no whole number",
        "\"count\": 3        | \"count\": 1e999999 | a number is too large",
        "\"id\": \"toy\"     | \"id\": null        | driver.id is missing",
        "\"id\": \"toy\"     | \"id\": \"t\\u001b[2J\" | driver.id has control characters",
        "\"device\": \"tap\" | \"device\": {}      | machine.device is not text",
        "\"lib/toy.jar\"     | \"lib/../x\"        | is no path inside a folder",
        "\"lib/toy.jar\"     | \"/x\"              | is no path inside a folder",
        "\"lib/toy.jar\"     | \"a\\n"
            + "b\"           | has a name that is empty, long, or has control",
        "\"lib/toy.jar\"     | \"driver.properties\" | a key is there twice",
        "\"status\": \"skip\" | \"status\": \"SKIP\" | rules[2].status is neither pass, fail nor"
            + " skip",
        "\"seed\": -1234567890123456789 | \"seed\": \"1\" | rules[0].seed is no whole number",
        "\"id\": \"TX-2\"    | \"id\": \"TX-1\"    | rules[1].id is there twice",
        "\"observations\": [ | \"observations\": [1, | observations[0] is not text",
        "\"killed\": true    | \"killed\": 1       | mutants[0].killed is neither true nor false",
        "\"value\": 1500000.0 | \"value\": \"x\"   | performance[0].value is no number",
        "\"verdict\": \"pass\" | \"verdict\": \"ok\" | the field verdict is neither pass nor fail",
        "\"began\": \"2026-01-02T03:04:05Z\" | \"began\": \"now\" | times.began is no time such as",
        "\"TX-1\": 1000      | \"TX-1\": -1        | times.nanos.TX-1 is less than 0",
        "\"multiqueue\"      | 7                   | abilities[1] is not text",
        "\"mode\": \"pair\"  | \"mode\": []        | harness.config.mode is not text",
      })
  void everyMalformedFieldIsNamed(String right, String wrong, String words) {
    String text = RESULT.text();
    assertTrue(text.contains(right), () -> right + " in " + text);
    int at = text.indexOf(right);
    assertRefused(text.substring(0, at) + wrong + text.substring(at + right.length()), words);
  }

  @Test
  void everyFieldMustBeThere() throws Exception {
    Object whole = Json.read(RESULT.text());
    int tried = leaveOutEach(whole, whole);
    assertTrue(tried > 40, "tried " + tried);
  }

  /** Leaves out one field after the other; how many. */
  private static int leaveOutEach(Object whole, Object part) {
    int tried = 0;
    if (part instanceof List<?> list) {
      for (Object each : list) {
        tried += leaveOutEach(whole, each);
      }
    }
    Map<String, Object> map = Json.object(part);
    for (String key : List.copyOf(map.keySet())) {
      Object value = map.remove(key);
      assertRefused(Json.line(whole), key + " is missing");
      map.put(key, value);
      tried++;
      if (!NAMED.contains(key)) {
        tried += leaveOutEach(whole, value);
      }
    }
    return tried;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{\"kit\": 1e400}",
        "{\"kit\": 00}",
        "{\"kit\": 1.}",
        "{\"kit\": NaN}",
        "{\"kit\": {}, \"kit\": {}}"
      })
  void whatIsNoObjectIsRefused(String text) {
    assertRefused(text, "r.json");
  }

  @Test
  void hostileTextsAreRefusedQuickly() {
    assertRefused("{\"a\":".repeat(100_000), "nested too deeply");
    assertRefused("{\"a\":" + "9".repeat(1_000_000) + "}", "malformed or too long");
    assertRefused("{\"a\":[" + "1,".repeat(500_000) + "1", "the text ends early");
    String many = "\"x\",".repeat(10_001);
    assertRefused(
        RESULT.text().replace("\"interrupts\"", many + "\"x\""), "has more than 10000 elements");
    assertRefused(
        RESULT.text().replace("\"tap\"", "\"" + "x".repeat(70_000) + "\""), "is longer than");
  }

  @Test
  void filesThatAreNoneOrTooLargeAreRefused() throws Exception {
    Path large = folder.resolve("large");
    Files.write(large, new byte[BoundedFile.MOST + 1]);
    Path binary = Files.write(folder.resolve("binary"), new byte[] {'{', (byte) 0xFF, '}'});
    for (Map.Entry<Path, String> each :
        Map.of(
                large,
                "is larger than",
                binary,
                "is not text in UTF-8",
                folder,
                "is no plain file",
                folder.resolve("none"),
                "There is no file")
            .entrySet()) {
      Refused refused = assertThrows(Refused.class, () -> TckResult.read(each.getKey()));
      assertTrue(refused.getMessage().contains(each.getValue()), refused.getMessage());
    }
  }
}
