package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
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

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnASwitch() {
    return rules(Map.of("port", "valeA{n}:1"), "valeA{n}:2");
  }

  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnASwitchWithSpareBuffers() {
    return rules(
        Map.of("port", "valeB{n}:1", "extra-buffers", "64", "vnet-hdr", "off"), "valeB{n}:2");
  }

  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnAPipe() {
    return rules(Map.of("port", "valeC{n}:1{1"), "valeC{n}:1}1");
  }

  private static Stream<DynamicTest> rules(Map<String, String> config, String far) {
    NetmapModule.needed();
    StockPlan plan = new StockPlan(null, StockWires.PAIR, config, Map.of("far.port", far));
    StockHarness harness = new StockHarness(new NetmapDriver(), plan);
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
}
