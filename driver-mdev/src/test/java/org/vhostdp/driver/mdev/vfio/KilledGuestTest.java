package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that is killed with a function taken. */
@Tag("guest-kernel")
class KilledGuestTest {
  private static final int KILLED = 137;

  /** Takes a function and is gone, without closing anything. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] address) throws Exception {
      VfioFunctions.open(Rig.taking(address[0], VfioApi.GROUP), new Notes());
      Runtime.getRuntime().halt(KILLED);
    }
  }

  @Test
  void theNextOneGivesTheFunctionBackToWhereItCameFrom() throws Exception {
    String address = Rig.function();
    String before = Rig.driver(address);
    assumeTrue(before != null && !before.equals("vfio-pci"), "the function has no kernel driver");
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                address)
            .inheritIO()
            .start();
    try {
      assertTrue(victim.waitFor(60, TimeUnit.SECONDS));
    } finally {
      victim.destroyForcibly();
    }
    assertEquals(KILLED, victim.exitValue());
    assertEquals("vfio-pci", Rig.driver(address));
    Path note = Path.of("/run/vhost-dp-mdev", address);
    assertTrue(Files.exists(note));
    VfioFunctions.open(Rig.taking(address, VfioApi.GROUP), new Notes()).close();
    assertEquals(before, Rig.driver(address));
    assertFalse(Files.exists(note));
  }
}
