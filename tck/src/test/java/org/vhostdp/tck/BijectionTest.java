package org.vhostdp.tck;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.mutant.Mutants;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** One sentence, one rule, one test, at least one mutant. */
final class BijectionTest {
  /** Far fewer would mean that the sources were not read. */
  private static final int SENTENCES = 40;

  @Test
  void everySentenceOfTheSpiIsTheSentenceOfItsRule() throws IOException {
    List<SpiSentences.Sentence> sentences = SpiSentences.read();
    assertTrue(sentences.size() >= SENTENCES, "sentences found: " + sentences.size());
    assertDistinct(sentences, SpiSentences.Sentence::id);
    assertAll(
        sentences.stream()
            .map(
                sentence ->
                    () -> {
                      Rule rule =
                          Rules.find(sentence.id())
                              .orElseThrow(
                                  () -> new AssertionError(sentence.id() + " has no rule"));
                      assertEquals(sentence.text(), rule.sentence(), sentence.id());
                      assertEquals(sentence.type(), rule.source(), sentence.id());
                    }));
  }

  @Test
  void everyRuleHasASentenceInTheSpi() throws IOException {
    Set<String> missing = ids(Rules.all());
    SpiSentences.read().forEach(sentence -> missing.remove(sentence.id()));
    assertEquals(Set.of(), missing, "rules whose number the SPI's Javadoc does not have");
  }

  @Test
  void rulesAreDistinctInNumberTitleSentenceAndTest() {
    assertDistinct(Rules.all(), Rule::id);
    assertDistinct(Rules.all(), Rule::title);
    assertDistinct(Rules.all(), Rule::sentence);
    assertDistinct(Rules.all(), rule -> rule.test().getClass());
  }

  @Test
  void numbersAreWellFormedAndRulesOfAGroupStandTogether() {
    Set<Group> over = new HashSet<>();
    Group last = null;
    for (Rule rule : Rules.all()) {
      assertTrue(rule.id().matches("[A-Z]{2,6}-[1-9]\\d?"), rule.id());
      assertFalse(rule.title().isBlank(), rule.id() + " has no title");
      if (rule.group() != last) {
        assertTrue(over.add(rule.group()), rule.id() + " stands apart from its group");
        last = rule.group();
      }
    }
  }

  @Test
  void everyRuleHasAMutantAndEveryMutantARule() {
    Set<String> broken = Mutants.all().stream().map(Mutant::rule).collect(Collectors.toSet());
    Set<String> whole = ids(Rules.all());
    whole.removeAll(broken);
    assertEquals(Set.of(), whole, "rules that no mutant breaks");
    broken.removeAll(ids(Rules.all()));
    assertEquals(Set.of(), broken, "rules that mutants break but that are none");
  }

  @Test
  void everyMutantHasWordsOfItsOwn() {
    assertDistinct(Mutants.all(), Mutant::says);
    assertDistinct(Mutants.all(), mutant -> mutant.rule() + " " + mutant.name());
    for (Mutant mutant : Mutants.all()) {
      assertTrue(mutant.says().length() > 5, mutant.rule() + " says too little");
    }
  }

  private static Set<String> ids(List<Rule> rules) {
    return rules.stream().map(Rule::id).collect(Collectors.toCollection(TreeSet::new));
  }

  private static <T> void assertDistinct(List<T> all, Function<T, Object> key) {
    Map<Object, T> seen = new HashMap<>();
    for (T one : all) {
      T other = seen.put(key.apply(one), one);
      assertTrue(other == null, () -> "the same " + key.apply(one) + ": " + one + ", " + other);
    }
  }
}
