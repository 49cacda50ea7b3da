package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/**
 * Every rule of the SPI on two ports that share packets through net_memif: the one that is tried
 * connects, the far one listens. Both are in this process.
 */
@Timeout(300)
final class MemifConformanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Any; a failure's message names it, and {@code tck run --seed} takes it. */
  private static final long SEED = 20260101;

  private static final String DEVICE =
      "net_memif{n}%d,role=%s,id={n},socket={dir}/memif,socket-abstract=no";

  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    DpdkLab.needsDpdk();
    StockPlan plan =
        new StockPlan(
            null,
            StockWires.PAIR,
            Map.of("vdev", DEVICE.formatted(0, "client"), "hugepages", "off"),
            Map.of("far.vdev", DEVICE.formatted(1, "server")));
    StockHarness harness = new StockHarness(new DpdkDriver(), plan);
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
