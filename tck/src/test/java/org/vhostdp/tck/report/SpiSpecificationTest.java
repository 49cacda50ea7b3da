package org.vhostdp.tck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** The written rules are those that are tested. */
final class SpiSpecificationTest {
  private static final Path FILE = Path.of("../docs/spi-specification.md");

  @Test
  void theCommittedTextIsThatOfTheRules() throws IOException {
    assertEquals(
        SpiSpecification.markdown(),
        Files.readString(FILE),
        "Write it again: ./vhost-dp tck rules --markdown > docs/spi-specification.md");
  }

  @Test
  void everySentenceIsInTheText() {
    String flat = SpiSpecification.markdown().replaceAll("\\s+", " ");
    for (Rule rule : Rules.all()) {
      String item = "**%s** (`%s`) %s".formatted(rule.id(), rule.source(), rule.sentence());
      assertTrue(flat.contains(item), item);
    }
  }
}
