package org.vhostdp.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vhostdp.tck.pair.PairHarness;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;

/** The reference driver keeps every rule, and declares every ability that one is about. */
final class ReferenceDriverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TestFactory
  Stream<DynamicTest> keepsEveryRule() {
    return Rules.all().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id() + " " + rule.title(),
                    () -> {
                      Outcome outcome = RuleRun.run(rule, new PairHarness(), 1, PATIENCE);
                      assertEquals(Outcome.Status.PASS, outcome.status(), outcome.sentence());
                    }));
  }
}
