package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class VethBedTest {
  @Test
  void theFarEndSendsBackOnlyWhatGoesBothWays() throws IOException, InterruptedException {
    assumeTrue(Files.isWritable(Path.of("/run")), "making a network namespace needs root");
    try (TestNamespace namespace = TestNamespace.create()) {
      VethBed bed = new AfPacketBed();
      bed.make(namespace, "a0", Direction.GUEST_TO_HOST);
      bed.make(namespace, "b0", Direction.BOTH);
      assertFalse(filters(namespace, bed, "a0").contains("mirred"));
      assertTrue(filters(namespace, bed, "b0").contains("Egress Redirect to device b0far"));
    }
  }

  private static String filters(TestNamespace namespace, VethBed bed, String device)
      throws IOException, InterruptedException {
    return namespace.command("tc filter show dev " + bed.farEnd(device).orElseThrow() + " ingress");
  }
}
