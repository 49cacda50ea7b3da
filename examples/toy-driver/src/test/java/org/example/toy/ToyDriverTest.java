package org.example.toy;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.vhostdp.tck.junit.ConformanceKit;

/** Every rule of the SPI that applies to the driver. */
class ToyDriverTest {
  @TestFactory
  Stream<DynamicNode> conforms() {
    return ConformanceKit.of(ToyHarness.class);
  }
}
