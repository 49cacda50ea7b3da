package org.vhostdp.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SuggestionTest {
  private static final List<String> KNOWN = List.of("queues", "mtu", "mode", "mac");

  @Test
  void theNearestWordIsProposed() {
    assertEquals(" Did you mean \"queues\"?", Suggestion.question("quees", KNOWN));
    assertEquals(" Did you mean \"mtu\"?", Suggestion.question("mtuu", KNOWN));
  }

  @Test
  void aStrangeWordBringsNoProposal() {
    assertEquals("", Suggestion.question("interface", KNOWN));
    assertEquals("", Suggestion.question("x", List.of()));
  }

  @Test
  void distanceCountsInsertionsRemovalsAndChanges() {
    assertEquals(0, Suggestion.distance("abc", "abc"));
    assertEquals(3, Suggestion.distance("", "abc"));
    assertEquals(3, Suggestion.distance("kitten", "sitting"));
  }
}
