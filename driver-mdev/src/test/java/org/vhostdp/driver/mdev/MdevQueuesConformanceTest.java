package org.vhostdp.driver.mdev;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every rule of the SPI, tried on a virtio network device with several queues and offloads, and
 * packed rings. On its split rings only rules that a ring's layout matters for are tried again: the
 * others are, on split rings, with one queue pair.
 */
@Tag("guest-queues")
@Timeout(300)
final class MdevQueuesConformanceTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnPackedRings() throws Exception {
    return MdevRules.on("packed");
  }

  @TestFactory
  Stream<DynamicTest> everyRuleAboutRingsHoldsOnSplitRings() throws Exception {
    return MdevRules.ofRingsOn("split");
  }
}
