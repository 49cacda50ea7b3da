package org.vhostdp.attest.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
  @Test
  void aValueComesBackAsItWas() throws JsonRefused {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"quoted\" \\ line\nand\ttab \u0007 \ud83d\ude00 \u00e9");
    value.put("whole", -12345678901234L);
    value.put("fraction", 1.5);
    value.put("yes", true);
    value.put("nothing", null);
    value.put("list", new ArrayList<>(List.of(1L, "two", Map.of("three", 3L), List.of())));
    assertEquals(value, Json.read(Json.line(value)));
    assertEquals(value, Json.read(Json.pretty(value)));
  }

  @Test
  void aLineHasNoLineFeed() {
    assertEquals("{\"a\":[1,\"x\\ny\"],\"b\":{}}", Json.line(ordered("a", List.of(1, "x\ny"))));
  }

  private static Map<String, Object> ordered(String key, Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(key, value);
    map.put("b", Map.of());
    return map;
  }

  @Test
  void wholeNumbersStayWhole() throws JsonRefused {
    assertEquals(List.of(0L, -7L, 2.0, 1e3), Json.read("[0, -7, 2.0, 1e3]"));
    assertEquals(
        List.of(Long.MIN_VALUE, Long.MAX_VALUE, 0x1p63),
        Json.read("[-9223372036854775808, 9223372036854775807, 9223372036854775808]"));
  }

  @Test
  void aNumberThatIsNoneIsNull() {
    assertEquals("[null,null]", Json.line(List.of(Double.NaN, Double.POSITIVE_INFINITY)));
  }

  @Test
  void pathsLeadToValuesOrToNull() throws JsonRefused {
    Object value = Json.read("{\"a\":{\"b\":[5]},\"n\":7}");
    assertEquals(List.of(5L), Json.at(value, "a", "b"));
    assertNull(Json.at(value, "a", "c", "d"));
    assertEquals(7, Json.number(Json.at(value, "n")));
    assertEquals(0, Json.number(Json.at(value, "a")));
  }

  @Test
  void everythingElseIsRefused() {
    for (String text :
        List.of(
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "{a:1}",
            "[1 2]",
            "nul",
            "\"open",
            "\"\\x\"",
            "\"\\u12\"",
            "-",
            "1.2.3",
            "[1]]",
            "'a'",
            "\"a\nb\"",
            "+1",
            "01",
            "1.",
            "-a",
            "1e999",
            "{\"a\":1,\"a\":1}",
            "{\"a\":}")) {
      assertThrows(JsonRefused.class, () -> Json.read(text), text);
    }
  }

  @Test
  void nestingHasALimitBelowThatOfTheStack() {
    JsonRefused refused = assertThrows(JsonRefused.class, () -> Json.read("[".repeat(1_000_000)));
    assertTrue(refused.getMessage().contains("nested too deeply"), refused.getMessage());
  }

  @Test
  void equalKeysAreRefusedUnlessTheReaderIsLenient() throws JsonRefused {
    String text = "{\"a\":1,\"b\":2,\"a\":3}";
    assertThrows(JsonRefused.class, () -> Json.read(text));
    assertEquals(Map.of("a", 3L, "b", 2L), Json.readLeniently(text));
    assertThrows(JsonRefused.class, () -> Json.readLeniently("{\"a\":1,}"));
  }
}
