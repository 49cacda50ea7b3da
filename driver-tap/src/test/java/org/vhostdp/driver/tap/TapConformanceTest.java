package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** Every rule of the SPI, tried on real TAPs in this process. */
@Timeout(300)
final class TapConformanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    TapLab.needsPrivileges();
    StockHarness harness = new StockHarness(new TapDriver(), StockPlan.of(StockWires.TAP));
    return Rules.all().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id() + " " + rule.title(), () -> holds(rule, harness)));
  }

  private static void holds(Rule rule, StockHarness harness) {
    Outcome outcome = RuleRun.run(rule, harness, SEED, PATIENCE);
    assertNotEquals(Outcome.Status.FAIL, outcome.status(), outcome.sentence());
  }

  @Test
  void theRulesAreNotNone() {
    List<String> ids = Rules.all().stream().map(Rule::id).toList();
    assertTrue(ids.containsAll(List.of("LIFE-1", "TX-1", "RX-1")), ids.toString());
  }
}
