package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;

/** Every rule of the SPI, as tests. */
final class MdevRules {
  /** An emulated processor is slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** With less than a second, WAKE-1 races 400 times instead of for half a minute. */
  private static final Duration SHORT = Duration.ofMillis(900);

  /** What a ring's layout matters for. */
  private static final Set<Group> OF_RINGS =
      Set.of(
          Group.RECEIVE,
          Group.TRANSMIT,
          Group.OWNERSHIP,
          Group.ORDER,
          Group.MULTIQUEUE,
          Group.OFFLOAD,
          Group.WAKEUP);

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  private MdevRules() {}

  /**
   * Tries them on a device.
   *
   * @param ring layout of its rings
   */
  static Stream<DynamicTest> on(String ring) throws Exception {
    return on(ring, rule -> true, rule -> PATIENCE);
  }

  /**
   * The same with few races of arming against arrival: they were run at length on another device.
   */
  static Stream<DynamicTest> inShortOn(String ring) throws Exception {
    return on(ring, rule -> true, MdevRules::patience);
  }

  /** The same, of those that a ring's layout matters for. */
  static Stream<DynamicTest> ofRingsOn(String ring) throws Exception {
    return on(ring, rule -> OF_RINGS.contains(rule.group()), MdevRules::patience);
  }

  private static Duration patience(Rule rule) {
    return rule.id().equals("WAKE-1") ? SHORT : PATIENCE;
  }

  private static Stream<DynamicTest> on(
      String ring, Predicate<Rule> which, Function<Rule, Duration> patience) throws Exception {
    GuestLab.needs(1);
    MdevHarness harness = new MdevHarness(Map.of("ring", ring));
    return Rules.all().stream()
        .filter(which)
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id() + " " + rule.title(),
                    () -> holds(rule, harness, patience.apply(rule))));
  }

  private static void holds(Rule rule, MdevHarness harness, Duration patience) {
    Outcome outcome = RuleRun.run(rule, harness, SEED, patience);
    assertNotEquals(Outcome.Status.FAIL, outcome.status(), outcome.sentence());
  }
}
