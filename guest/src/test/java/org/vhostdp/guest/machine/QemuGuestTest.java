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
final class QemuGuestTest extends GuestMachineChecks {
  private static final GuestSpec SMALL = GuestSpec.of().withMemory(256);

  @TempDir Path own;

  private static void requireQemu() throws InterruptedException {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
    try {
      GuestKernel.prepare(System.out::println);
    } catch (IOException unreachable) {
      Assumptions.abort(unreachable.getMessage());
    }
  }

  @Override
  GuestMachine boot(Path workDir) throws IOException, InterruptedException {
    requireQemu();
    return QemuGuest.start(SMALL.withWorkDir(workDir).withReboots());
  }

  @Override
  String program() {
    return "qemu-system-x86_64";
  }

  @Test
  void aPanicOrARestartEndsAGuestThatMayNotRestart() throws Exception {
    requireQemu();
    try (GuestMachine guest = QemuGuest.start(SMALL.withWorkDir(own).withVcpus(2))) {
      assertThrows(IllegalStateException.class, () -> guest.reboot(Duration.ofMinutes(1)));
      assertTrue(guest.run("nproc", Duration.ofSeconds(60)).output().equals("2\n"));
      IOException ended =
          assertThrows(
              IOException.class,
              () -> guest.run("echo c >/proc/sysrq-trigger", Duration.ofSeconds(60)));
      assertTrue(ended.getMessage().contains("panic"), ended.getMessage());
      Leftovers.assertNoProcessWithin(Duration.ofSeconds(30), own);
    }
    Leftovers.assertNone(own);
  }

  @Test
  void aBackEndThatIsNotThereIsNamed() throws Exception {
    requireQemu();
    Path socket = own.resolve("nobody");
    IOException failure =
        assertThrows(IOException.class, () -> QemuGuest.start(GuestSpec.of(GuestNic.on(socket))));
    assertTrue(failure.getMessage().contains(socket.toString()), failure.getMessage());
  }
}
