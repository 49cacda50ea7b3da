package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("machine")
final class UmlGuestTest extends GuestMachineChecks {
  private static final GuestSpec SMALL = GuestSpec.of().withMemory(256);

  @TempDir Path own;

  private static void requireUml() {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
  }

  @Override
  GuestMachine boot(Path workDir) throws IOException, InterruptedException {
    requireUml();
    return UmlGuest.start(SMALL.withWorkDir(workDir));
  }

  @Override
  String program() {
    return "linux.uml";
  }

  @Test
  void aGuestThatCannotBootSaysWhyAndLeavesNothing() throws Exception {
    requireUml();
    IOException failure =
        assertThrows(
            IOException.class,
            () -> UmlGuest.start(SMALL.withWorkDir(own).withAppend("init=/nowhere")));
    assertTrue(failure.getMessage().contains("/nowhere"), failure.getMessage());
    Leftovers.assertNone(own);
  }

  @Test
  void aGuestThatBootsTooSlowlyIsEnded() throws Exception {
    requireUml();
    GuestSpec spec =
        SMALL.withWorkDir(own).withLimits(Duration.ofMillis(20), Duration.ofMinutes(1));
    IOException failure = assertThrows(IOException.class, () -> UmlGuest.start(spec));
    assertTrue(failure.getMessage().contains("20 ms"), failure.getMessage());
    Leftovers.assertNone(own);
  }

  @Test
  void itsLifetimeEndsItWithAllItsProcesses() throws Exception {
    requireUml();
    GuestSpec spec =
        SMALL.withWorkDir(own).withLimits(Duration.ofSeconds(60), Duration.ofSeconds(20));
    try (GuestMachine guest = UmlGuest.start(spec)) {
      assertThrows(IOException.class, () -> guest.run("sleep 55", Duration.ofSeconds(60)));
      Leftovers.assertNoProcessWithin(Duration.ofSeconds(30), own);
    }
    Leftovers.assertNone(own);
  }

  @Test
  void aBackEndThatIsNotThereLeavesTheGuestWithoutAnInterface() throws Exception {
    requireUml();
    GuestSpec spec = GuestSpec.of(GuestNic.on(own.resolve("nobody"))).withMemory(256);
    try (GuestMachine guest = UmlGuest.start(spec)) {
      assertTrue(GuestNet.interfaces(guest).isEmpty());
    }
  }
}
