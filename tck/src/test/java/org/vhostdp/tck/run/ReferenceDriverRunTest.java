package org.vhostdp.tck.run;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.vhostdp.tck.junit.ConformanceKit;
import org.vhostdp.tck.pair.PairHarness;

/** The reference driver keeps every rule, tried as a vendor's build tries a driver. */
final class ReferenceDriverRunTest {
  @TestFactory
  Stream<DynamicNode> conforms() {
    return ConformanceKit.of(PairHarness.class, KitOptions.of(1));
  }
}
