package org.vhostdp.tck.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;
import org.vhostdp.tck.junit.ConformanceKit;
import org.vhostdp.tck.pair.PairHarness;

/** The rules as a vendor's build sees them. */
@Timeout(240)
final class ConformanceKitTest {
  private static final KitOptions OPTIONS = KitOptions.of(7).withRuleLimit(Duration.ofSeconds(20));

  @Test
  void everyRuleIsATestInTheContainerOfItsGroup() throws Throwable {
    RuleBook book =
        ToyRules.only(
            List.of("TOY-1", "TOY-2", "TOY-3", "TOY-7", "TOY-14"),
            List.of("is noticed", "is not noticed"));
    KitRun run = new KitRun(book, HarnessPlan.of(PairHarness.class), OPTIONS, Progress.SILENT);
    Map<String, Throwable> ends = new LinkedHashMap<>();
    try (Stream<DynamicNode> nodes = ConformanceKit.of(run)) {
      for (DynamicNode node : nodes.toList()) {
        DynamicContainer container = (DynamicContainer) node;
        for (DynamicNode test : container.getChildren().toList()) {
          String name = container.getDisplayName() + "/" + test.getDisplayName();
          ends.put(name, end((DynamicTest) test));
        }
      }
    }
    assertEquals(
        List.of(
            "the wire notices broken drivers/TOY-14 a driver that is noticed",
            "the wire notices broken drivers/TOY-1 a driver that is not noticed",
            "life cycle/TOY-1 title of TOY-1",
            "life cycle/TOY-2 title of TOY-2",
            "life cycle/TOY-3 title of TOY-3",
            "receive/TOY-7 title of TOY-7",
            "order/TOY-14 title of TOY-14"),
        List.copyOf(ends.keySet()));
    List<Throwable> all = ends.values().stream().toList();
    assertEquals(null, all.get(0));
    assertTrue(all.get(1).getMessage().contains("did not notice"), all.get(1)::getMessage);
    assertEquals(null, all.get(2));
    assertTrue(all.get(3) instanceof AssertionFailedError, () -> all.get(3).toString());
    assertTrue(all.get(3).getMessage().startsWith("TOY-2: The process that tried it ended"));
    assertEquals(null, all.get(4));
    assertTrue(all.get(5) instanceof TestAbortedException, () -> all.get(5).toString());
    assertTrue(all.get(5).getMessage().contains("does not declare levitation"));
    assertEquals(null, all.get(6));
  }

  private static Throwable end(DynamicTest test) {
    try {
      test.getExecutable().execute();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  @Test
  void anUnknownRuleIsTheCallersMistake() {
    KitOptions wrong = KitOptions.of(1).withOnly(List.of("TOY-1"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ConformanceKit.of(PairHarness.class, wrong));
    assertTrue(e.getMessage().contains("no rule or group \"TOY-1\""), e.getMessage());
  }
}
