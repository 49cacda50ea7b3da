package org.vhostdp.tck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PhrasesTest {
  @Test
  void listsReadLikeSentences() {
    assertEquals("", Phrases.list(List.of()));
    assertEquals("a", Phrases.list(List.of("a")));
    assertEquals("a and b", Phrases.list(List.of("a", "b")));
    assertEquals("a, b and c", Phrases.list(List.of("a", "b", "c")));
  }

  @Test
  void figuresKeepWhatMatters() {
    assertEquals("12,345,679", Phrases.figure(12345678.9));
    assertEquals("0.01235", Phrases.figure(0.0123456));
    assertEquals("100", Phrases.figure(100));
    assertEquals("0", Phrases.figure(0));
    assertEquals("NaN", Phrases.figure(Double.NaN));
  }

  @Test
  void spansAreAsExactAsAReaderWants() {
    assertEquals("3 ms", Phrases.span(Duration.ofNanos(3_700_000)));
    assertEquals("1.2 s", Phrases.span(Duration.ofMillis(1234)));
    assertEquals("2 min 5 s", Phrases.span(Duration.ofSeconds(125)));
    assertEquals("0 ms", Phrases.span(Duration.ofSeconds(-1)));
  }

  @Test
  void aShellSeesOneWord() {
    assertEquals("tap-2.x", Phrases.shell("tap-2.x"));
    assertEquals("'-x'", Phrases.shell("-x"));
    assertEquals("''", Phrases.shell(""));
    assertEquals("'a; rm -rf '\\''b'\\'''", Phrases.shell("a; rm -rf 'b'"));
  }

  @Test
  void anElementThatWasNotEndedIsAnError() {
    assertThrows(IllegalStateException.class, new Html().open("p")::toString);
  }
}
