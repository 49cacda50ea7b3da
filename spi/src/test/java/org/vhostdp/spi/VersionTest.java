package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
  @Test
  void aMissingPatchIsZero() {
    Version version = Version.parse("1.20");
    assertEquals(1, version.major());
    assertEquals(20, version.minor());
    assertEquals(0, version.patch());
    assertEquals("1.20.0", version.toString());
    assertEquals(Version.parse("1.20.0"), version);
    assertEquals(Version.parse("1.20.0").hashCode(), version.hashCode());
    assertNotEquals(Version.parse("1.20.1"), version);
    assertNotEquals("1.20.0", version);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.1.1", "0.9, 0.10", "0.99.99, 1.0", "1.2.9, 1.2.10", "9.0, 10.0"})
  void theyAreOrderedByNumber(String lower, String higher) {
    assertTrue(Version.parse(lower).compareTo(Version.parse(higher)) < 0);
    assertTrue(Version.parse(higher).compareTo(Version.parse(lower)) > 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.",
        "1.2.",
        "1.2.3.4",
        "1.x",
        "-1.2",
        " 1.2",
        "1.2-rc1",
        "1.1234567890"
      })
  void anythingElseIsRefusedByName(String text) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> Version.parse(text));
    assertEquals(
        "\"" + text + "\" is not a version; write major.minor or major.minor.patch",
        wrong.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[0.1,0.2)|0.1|true",
        "[0.1,0.2)|0.1.99|true",
        "[0.1,0.2)|0.2|false",
        "[0.1,0.2)|0.0.9|false",
        "(0.1,0.2]|0.1|false",
        "(0.1,0.2]|0.1.1|true",
        "(0.1,0.2]|0.2|true",
        "(0.1,0.2]|0.2.1|false",
        "[1.0,)|99.0|true",
        "[1.0,)|0.9|false",
        "(,1.0)|0.0|true",
        "(,1.0)|1.0|false",
        "(,)|7.7|true",
        "[0.1,0.1]|0.1.0|true",
        "[ 0.1 , 0.2 )|0.1.5|true"
      })
  void aRangeContainsWhatItsBoundsSay(String range, String version, boolean contained) {
    assertEquals(contained, VersionRange.parse(range).contains(Version.parse(version)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0.1", "0.1,0.2", "[0.1,0.2", "0.1,0.2)", "[0.1]", "[a,b)", "[0.1;0.2)"})
  void whatIsNoRangeIsRefused(String text) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> VersionRange.parse(text));
    assertEquals(
        "\"" + text + "\" is not a version range; write it like [1.0,2.0)", wrong.getMessage());
  }

  @Test
  void aRangeThatHoldsNothingIsRefused() {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> VersionRange.parse("[0.3,0.2)"));
    assertEquals("the version range [0.3,0.2) holds no version", wrong.getMessage());
    assertThrows(IllegalArgumentException.class, () -> VersionRange.parse("[0.1.2.3,)"));
    for (String empty : new String[] {"[0.1,0.1)", "(0.1,0.1]", "(0.1,0.1)"}) {
      assertEquals(
          "the version range " + empty + " holds no version",
          assertThrows(IllegalArgumentException.class, () -> VersionRange.parse(empty))
              .getMessage());
    }
  }

  @Test
  void aRangeIsItsText() {
    assertEquals(true, VersionRange.parse("[1,2)").contains(Version.parse("1.9")));
    assertEquals(false, VersionRange.parse("[1,2)").contains(Version.parse("2.0")));
    VersionRange range = VersionRange.parse("[0.1,0.2)");
    assertEquals("[0.1,0.2)", range.toString());
    assertEquals(VersionRange.parse("[0.1,0.2)"), range);
    assertEquals(VersionRange.parse("[0.1,0.2)").hashCode(), range.hashCode());
    assertNotEquals(VersionRange.parse("[0.1,0.2]"), range);
  }
}
