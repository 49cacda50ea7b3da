package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;

/** Every rule of the SPI, as tests. */
final class MdevRules {
  /** An emulated processor is slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  private MdevRules() {}

  /**
   * Tries them on a device.
   *
   * @param ring layout of its rings
   */
  static Stream<DynamicTest> on(String ring) throws Exception {
    GuestLab.needs(1);
    MdevHarness harness = new MdevHarness(Map.of("ring", ring));
    return Rules.all().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id() + " " + rule.title(), () -> holds(rule, harness)));
  }

  private static void holds(Rule rule, MdevHarness harness) {
    Outcome outcome = RuleRun.run(rule, harness, SEED, PATIENCE);
    assertNotEquals(Outcome.Status.FAIL, outcome.status(), outcome.sentence());
  }
}
