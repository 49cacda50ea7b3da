package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** Every rule of the SPI, tried on two ports of a switch and on the two ends of a pipe. */
@Tag("guest-kernel")
@Timeout(600)
final class NetmapConformanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** With less than a second, WAKE-1 races 400 times instead of for half a minute. */
  private static final Duration SHORT = Duration.ofMillis(900);

  private static final String RACES = "WAKE-1";

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  /** Tried by {@link NetmapAllocationTest}: a simple compiler removes no allocation. */
  static final String NO_ALLOCATION = "THREAD-3";

  static final Map<String, String> SWITCH = Map.of("port", "valeA{n}:1");
  static final String SWITCH_FAR = "valeA{n}:2";
  static final Map<String, String> PIPE = Map.of("port", "valeC{n}:1{1");
  static final String PIPE_FAR = "valeC{n}:1}1";

  /** A port's kernel memory, 16 MiB with the usual slots, is made and cleared by each opening. */
  private static final Map<String, String> SMALL = Map.of("port", "valeS{n}:1", "slots", "512");

  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnASwitch() {
    return rules(
        SWITCH,
        SWITCH_FAR,
        rule -> rule.group() != Group.LIFE_CYCLE && !rule.id().equals(NO_ALLOCATION));
  }

  /** Rules that open a port up to a hundred times, and send it a few frames. */
  @TestFactory
  Stream<DynamicTest> everyRuleOfTheLifeCycleHoldsOnASwitch() {
    return rules(SMALL, "valeS{n}:2", rule -> rule.group() == Group.LIFE_CYCLE);
  }

  /** What the spare buffers change is what becomes of frames. */
  @TestFactory
  Stream<DynamicTest> framesFareNoWorseWithSpareBuffersAndNoHeader() {
    Set<Group> ofFrames =
        Set.of(Group.RECEIVE, Group.TRANSMIT, Group.OWNERSHIP, Group.ORDER, Group.WAKEUP);
    return rules(
        Map.of("port", "valeB{n}:1", "extra-buffers", "64", "vnet-hdr", "off"),
        "valeB{n}:2",
        rule -> ofFrames.contains(rule.group()));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnAPipe() {
    return rules(PIPE, PIPE_FAR, rule -> !rule.id().equals(NO_ALLOCATION));
  }

  static Stream<DynamicTest> rules(Map<String, String> config, String far, Predicate<Rule> wanted) {
    NetmapModule.needed();
    StockPlan plan = new StockPlan(null, StockWires.PAIR, config, Map.of("far.port", far));
    StockHarness harness = new StockHarness(new NetmapDriver(), plan);
    return Rules.all().stream()
        .filter(wanted)
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.id() + " " + rule.title(), () -> holds(rule, harness)));
  }

  private static void holds(Rule rule, StockHarness harness) {
    Duration patience = rule.id().equals(RACES) ? SHORT : PATIENCE;
    Outcome outcome = RuleRun.run(rule, harness, SEED, patience);
    assertNotEquals(Outcome.Status.FAIL, outcome.status(), outcome.sentence());
  }
}
