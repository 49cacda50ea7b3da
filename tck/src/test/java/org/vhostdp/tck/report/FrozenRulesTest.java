package org.vhostdp.tck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What was promised with the last release of the SPI holds: rules keep number, words and ability.
 */
final class FrozenRulesTest {
  private static final Path RELEASED = Path.of("../spi/released/rules-1.0.md");
  private static final Pattern ITEM =
      Pattern.compile("- \\*\\*([A-Z]+-[0-9]+)\\*\\* (.*?)(?= - \\*\\*| ## |$)");
  private static final String ABILITY = " *Only with ";

  /** Rules by number: type, sentence and ability, in one line. */
  private static Map<String, String> rules(String markdown) {
    Map<String, String> rules = new LinkedHashMap<>();
    Matcher item = ITEM.matcher(markdown.replaceAll("\\s+", " ").strip());
    while (item.find()) {
      rules.put(item.group(1), item.group(2));
    }
    return rules;
  }

  private static Map<String, String> released() throws IOException {
    return rules(Files.readString(RELEASED));
  }

  private static Map<String, String> today() {
    return rules(SpiSpecification.markdown());
  }

  @Test
  void bothTextsAreReadWhole() throws IOException {
    for (String text : new String[] {Files.readString(RELEASED), SpiSpecification.markdown()}) {
      assertTrue(text.contains(": " + rules(text).size() + " rules."), "rules found in the text");
    }
  }

  @Test
  void everyReleasedRuleIsStillThereWordByWord() throws IOException {
    Map<String, String> today = today();
    released().forEach((id, text) -> assertEquals(text, today.get(id), id));
  }

  @Test
  void newRulesAreAboutAbilitiesThatOldDriversDoNotDeclare() throws IOException {
    Map<String, String> added = today();
    added.keySet().removeAll(released().keySet());
    added.forEach((id, text) -> assertTrue(text.contains(ABILITY), id + " is for every driver"));
  }
}
