package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CFG-3 to CFG-5. */
class ConfigTest {
  private static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("name", "A name.").mandatory(),
          ConfigKey.integer("count", 1, 256, "How many.").withDefault("4"),
          ConfigKey.bool("fast", "Whether fast."),
          ConfigKey.choice("mode", List.of("a", "b"), "The mode."),
          ConfigKey.path("file", "A file."),
          ConfigKey.mac("mac", "An address."),
          ConfigKey.string("token", "A word.").confidential(),
          ConfigKey.integer("pin", 0, 9999, "A number.").confidential());

  private static String refusal(Map<String, String> values) {
    DriverException refused =
        assertThrows(DriverException.class, () -> SCHEMA.check("[driver.x]", values));
    assertEquals(DriverException.Reason.CONFIGURATION, refused.reason());
    return refused.getMessage();
  }

  @Test
  void goodValuesAreKeptAndDefaultsFilledIn() throws DriverException {
    PortConfig config =
        SCHEMA.check("[driver.x]", Map.of("name", "n", "fast", "true", "mac", "52:54:00:AB:cd:0f"));
    assertEquals(Optional.of("n"), config.text("name"));
    assertEquals(Optional.of(4L), config.number("count"));
    assertTrue(config.flag("fast"));
    assertArrayEquals(
        new byte[] {0x52, 0x54, 0, (byte) 0xAB, (byte) 0xCD, 0x0F},
        config.mac("mac").orElseThrow());
    assertEquals(Optional.empty(), config.text("mode"));
    assertEquals(Optional.empty(), config.number("pin"));
    assertTrue(SCHEMA.check("x", Map.of("name", "n")).mac("mac").isEmpty());
    assertFalse(SCHEMA.check("x", Map.of("name", "n")).flag("fast"));
    assertFalse(SCHEMA.check("x", Map.of("name", "n", "fast", "false")).flag("fast"));
  }

  @Test
  void anUnknownKeyIsNamedWithThoseThatAreKnown() {
    assertEquals(
        "In [driver.x]: the key \"ifnane\" is unknown"
            + " (known: name, count, fast, mode, file, mac, token, pin).",
        refusal(Map.of("name", "n", "ifnane", "tap0")));
    DriverException none =
        assertThrows(
            DriverException.class, () -> ConfigSchema.of().check("it", Map.of("key", "v")));
    assertEquals("In it: the key \"key\" is unknown (known: none).", none.getMessage());
  }

  @Test
  void aMissingKeyIsNamedWithItsForm() {
    assertEquals("In [driver.x]: the key \"name\" is missing: text.", refusal(Map.of()));
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    assertEquals(
        "In [driver.x]: the key \"alpha\" is unknown"
            + " (known: name, count, fast, mode, file, mac, token, pin);"
            + " the key \"name\" is missing: text;"
            + " \"count\" = \"0\" is not a whole number from 1 to 256.",
        refusal(Map.of("alpha", "1", "count", "0")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "count|257|a whole number from 1 to 256",
        "count|-1|a whole number from 1 to 256",
        "count|1.5|a whole number from 1 to 256",
        "count|9999999999999999999999|a whole number from 1 to 256",
        "fast|yes|true or false",
        "fast|TRUE|true or false",
        "mode|c|one of a, b",
        "mac|52:54:00:12:34|a MAC address such as 52:54:00:12:34:56",
        "mac|52-54-00-12-34-56|a MAC address such as 52:54:00:12:34:56"
      })
  void aMalformedValueIsNamedWithItsForm(String key, String value, String form) {
    assertEquals(
        "In [driver.x]: \"" + key + "\" = \"" + value + "\" is not " + form + ".",
        refusal(Map.of("name", "n", key, value)));
  }

  @Test
  void textAndPathsWithoutAFormOfTheirOwnStillRefuseWhatNoSystemCallTakes() {
    assertTrue(refusal(Map.of("name", "n", "file", "")).contains("is not a path"));
    assertTrue(refusal(Map.of("name", "n", "file", "a\0b")).contains("is not a path"));
    assertTrue(refusal(Map.of("name", "a\0b")).contains("is not text"));
  }

  @Test
  void aSecretIsShownNowhere() throws DriverException {
    assertEquals(
        "In [driver.x]: \"pin\" = \"(secret)\" is not a whole number from 0 to 9999.",
        refusal(Map.of("name", "n", "pin", "123456")));
    PortConfig config = SCHEMA.check("x", Map.of("name", "n", "token", "hush", "pin", "4711"));
    assertEquals(Optional.of("hush"), config.text("token"));
    assertEquals(Optional.of(4711L), config.number("pin"));
    assertEquals("{name=n, count=4, token=(secret), pin=(secret)}", config.toString());
  }

  @Test
  void aKeyDescribesItself() {
    ConfigKey key = SCHEMA.keys().get(1);
    assertEquals("count", key.name());
    assertEquals(ConfigKey.Type.INTEGER, key.type());
    assertEquals("How many.", key.doc());
    assertEquals("4", key.defaultValue());
    assertFalse(key.required());
    assertFalse(key.secret());
    assertTrue(SCHEMA.keys().get(0).required());
    ConfigKey all = ConfigKey.string("k", "K.").confidential().mandatory().withDefault("d");
    assertTrue(all.secret() && all.required());
    assertEquals("d", all.defaultValue());
  }

  @Test
  void aKeyIsDeclaredOnce() {
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConfigSchema.of(ConfigKey.bool("k", "K."), ConfigKey.path("k", "K.")));
    assertEquals("the key k is declared twice", wrong.getMessage());
  }
}
