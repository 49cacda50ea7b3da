package org.vhostdp.tck.stock;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Capability;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;
import org.vhostdp.tck.rules.Rules;

/** A plain driver on the veth wire: what a rule needs, the wire can do. */
@Timeout(300)
final class VethRulesTest {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** The driver makes objects for each frame, and no other process would find it. */
  private static final Set<String> NOT_KEPT = Set.of("THREAD-3", "LEAK-6");

  @TestFactory
  Stream<DynamicTest> theRulesHold() {
    for (int each :
        new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN}) {
      Assumptions.assumeTrue(Capability.has(each), "this process lacks " + Capability.name(each));
    }
    StockHarness harness = new StockHarness(new PacketDriver(), StockPlan.of(""));
    return Rules.all().stream()
        .filter(rule -> !NOT_KEPT.contains(rule.id()))
        .map(rule -> DynamicTest.dynamicTest(rule.id(), () -> holds(rule, harness)));
  }

  private static void holds(Rule rule, StockHarness harness) {
    Outcome outcome = RuleRun.run(rule, harness, 1, PATIENCE);
    assertNotEquals(Outcome.Status.FAIL, outcome.status(), outcome.sentence());
  }
}
