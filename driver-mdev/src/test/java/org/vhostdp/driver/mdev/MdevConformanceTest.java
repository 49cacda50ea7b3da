package org.vhostdp.driver.mdev;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every rule of the SPI, tried on a virtio network device with one queue pair and split rings
 * through VFIO. Packed rings are tried with several queues.
 */
@Tag("guest-kernel")
@Timeout(300)
final class MdevConformanceTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHoldsOnSplitRings() throws Exception {
    return MdevRules.inShortOn("split");
  }
}
