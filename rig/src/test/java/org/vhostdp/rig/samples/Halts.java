package org.vhostdp.rig.samples;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The second test ends the whole JVM; run in a guest only. */
@Tag("rig-halts")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public final class Halts {
  /** For JUnit. */
  public Halts() {}

  @Test
  @Order(1)
  void before() {}

  @Test
  @Order(2)
  void halts() {
    System.out.println("about to halt");
    Runtime.getRuntime().halt(42);
  }

  @Test
  @Order(3)
  void after() {}
}
