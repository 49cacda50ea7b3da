package org.vhostdp.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.mutant.Mutants;
import org.vhostdp.tck.pair.PairHarness;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;

/** Every mutant against every rule: only its own notices it, and says so in words of its own. */
final class MutantTest {
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final long SEED = 1;

  @TestFactory
  Stream<DynamicTest> eachMutantFailsItsOwnRule() {
    return Mutants.all().stream()
        .map(
            mutant ->
                DynamicTest.dynamicTest(
                    mutant.rule() + ": " + mutant.name(), () -> assertCaught(mutant)));
  }

  private static void assertCaught(Mutant mutant) {
    Rule rule = Rules.find(mutant.rule()).orElseThrow();
    Outcome outcome = run(mutant, rule);
    assertEquals(Outcome.Status.FAIL, outcome.status(), "its own rule does not notice");
    assertTrue(outcome.sentence().contains(mutant.says()), outcome.sentence());
  }

  @TestFactory
  Stream<DynamicTest> eachMutantLeavesTheOtherRulesAlone() {
    return Mutants.all().stream()
        .map(
            mutant ->
                DynamicTest.dynamicTest(
                    mutant.rule() + ": " + mutant.name(), () -> assertNobodyElseNotices(mutant)));
  }

  private static void assertNobodyElseNotices(Mutant mutant) {
    List<String> others = new ArrayList<>();
    for (Rule rule : Rules.all()) {
      if (!rule.id().equals(mutant.rule())) {
        Outcome outcome = run(mutant, rule);
        if (outcome.status() == Outcome.Status.FAIL) {
          others.add(rule.id() + ": " + outcome.sentence());
        }
      }
    }
    if (!others.isEmpty()) {
      fail("other rules fail, too: " + String.join("\n", others));
    }
  }

  private static Outcome run(Mutant mutant, Rule rule) {
    return RuleRun.run(rule, new PairHarness(mutant.breaks()), SEED, PATIENCE);
  }
}
