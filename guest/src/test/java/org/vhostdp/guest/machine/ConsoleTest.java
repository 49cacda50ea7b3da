package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConsoleTest {
  private final Console console = new Console();

  private void read(String text) {
    console.follow(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void linesArriveWithoutTheirEnds() {
    List<String> seen = new ArrayList<>();
    console.add("before");
    console.listen(seen::add);
    read("one\r\ntwo\n\nlast é");
    assertEquals(List.of("before", "one", "two", "", "last é"), seen);
    assertEquals("before\none\ntwo\n\nlast é", console.tail());
  }

  @Test
  void theTailIsBoundedEvenForALineWithoutEnd() {
    read("x".repeat(3 * Console.TAIL_CHARACTERS) + "END");
    assertTrue(console.tail().length() <= Console.TAIL_CHARACTERS);
    assertTrue(console.tail().endsWith("END"));
  }

  @Test
  void aListenerThatThrowsIsDroppedAndOthersGoOn() {
    List<String> seen = new ArrayList<>();
    List<String> failing = new ArrayList<>();
    console.listen(
        line -> {
          failing.add(line);
          throw new IllegalStateException("on purpose");
        });
    console.listen(seen::add);
    read("one\ntwo\n");
    assertEquals(List.of("one"), failing);
    assertEquals(List.of("one", "two"), seen);
  }

  @Test
  void lastWordsAreTheLastLinesWithText() {
    assertEquals(" Its console is empty.", console.lastWords());
    for (int i = 0; i < 40; i++) {
      console.add("line " + i);
      console.add(" ");
    }
    assertTrue(console.lastWords().endsWith("line 38\n  line 39"), console.lastWords());
    assertTrue(!console.lastWords().contains("line 27"), console.lastWords());
  }

  @Test
  void lastWordsOfAPanicBeginWithIt() {
    read("booting\nKernel panic - not syncing: why\n[<60000000>] trace\n" + "after\n".repeat(30));
    String words = console.lastWords();
    assertTrue(words.startsWith(" Its console ends with:\n  Kernel panic"), words);
    assertTrue(!words.contains("trace"), words);
  }
}
