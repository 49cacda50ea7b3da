package org.vhostdp.rig.samples;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The first test crashes the guest's kernel; run in a guest only. */
@Tag("rig-panics")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public final class Panics {
  /** For JUnit. */
  public Panics() {}

  @Test
  @Order(1)
  void panics() throws Exception {
    Files.writeString(Path.of("/proc/sysrq-trigger"), "c");
  }

  @Test
  @Order(2)
  void after() {}
}
