package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What holds for a guest of either kind; one guest for all, restarted and closed at last. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class GuestMachineChecks {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private GuestMachine guest;

  /** Boots a guest with reboots allowed, or skips with a reason. */
  abstract GuestMachine boot(Path workDir) throws IOException, InterruptedException;

  /** The name of the hypervisor's program. */
  abstract String program();

  @BeforeAll
  void boot() throws Exception {
    guest = boot(folder);
  }

  @AfterAll
  void close() {
    if (guest != null) {
      guest.close();
    }
  }

  @Test
  @Order(1)
  void tellsItsKernelAndItsProcess() throws Exception {
    assertEquals(guest.kernelRelease() + "\n", guest.run("uname -r", LIMIT).output());
    assertTrue(guest.alive());
    String command = ProcessHandle.of(guest.pid()).orElseThrow().info().command().orElseThrow();
    assertTrue(command.endsWith(program()), command);
    assertTrue(guest.bootTime().toMillis() > 0);
  }

  @Test
  @Order(1)
  void givesBackStatusAndBothOutputs() throws Exception {
    CommandResult result = guest.run("echo 'a  b\\n%s' \"é\"; echo c >&2; exit 3", LIMIT);
    assertEquals("a  b\\n%s é\nc\n", result.output());
    assertEquals(3, result.status());
    IOException refused = assertThrows(IOException.class, result::required);
    assertTrue(refused.getMessage().contains("status 3"), refused.getMessage());
  }

  @Test
  @Order(1)
  void outputWithoutANewlineOrWithZeroBytesArrives() throws Exception {
    assertEquals("abc", guest.run("printf abc", LIMIT).output());
    assertEquals("a\0b", guest.run("printf 'a\\0b'", LIMIT).output());
    assertEquals("", guest.run("true", LIMIT).output());
  }

  @Test
  @Order(1)
  void aMegabyteOfOutputArrivesWhole() throws Exception {
    CommandResult result = guest.run("seq 1 180000", LIMIT);
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 180_000; i++) {
      expected.append(i).append('\n');
    }
    assertTrue(expected.length() > 1 << 20);
    assertEquals(expected.toString(), result.output());
  }

  @Test
  @Order(1)
  void aLongScriptRuns() throws Exception {
    String script = "# " + "x".repeat(100_000) + "\necho first\necho second\n";
    assertEquals("first\nsecond\n", guest.run(script, LIMIT).output());
  }

  @Test
  @Order(1)
  void aCommandThatRunsOutOfTimeIsEndedAndItsOutputKept() throws Exception {
    CommandResult result = guest.run("echo begun; sleep 90", Duration.ofSeconds(10));
    assertEquals(CommandResult.TIMED_OUT, result.status());
    assertEquals("begun\n", result.output());
    assertTrue(result.took().toSeconds() < 80, result.toString());
    CommandResult stubborn =
        guest.run("trap '' TERM; while :; do sleep 1; done", Duration.ofSeconds(8));
    assertEquals(CommandResult.KILLED, stubborn.status());
    assertEquals("next\n", guest.run("echo next", LIMIT).output());
  }

  @Test
  @Order(1)
  void whatACommandLeavesInTheBackgroundLivesOn() throws Exception {
    guest.run("sleep 600 & echo $! >/tmp/background", LIMIT).required();
    guest.run("kill \"$(cat /tmp/background)\"", LIMIT).required();
  }

  @Test
  @Order(1)
  void theHostsFilesAreThereAndReadOnly() throws Exception {
    guest.run("test -e /run/host" + folder.toRealPath(), LIMIT).required();
    CommandResult refused = guest.run("touch /usr/vhost-dp-test", LIMIT);
    assertTrue(refused.output().contains("Read-only"), refused.output());
    guest.run("echo x >/tmp/x && echo y >/run/y", LIMIT).required();
  }

  @Test
  @Order(1)
  void modulesOfItsKernelLoad() throws Exception {
    guest.run("modprobe -d /run/modules dummy && ip link add d0 type dummy", LIMIT).required();
    GuestNet.configure(guest, "d0", "192.0.2.1/24", 1400);
    String shown = guest.run("ip address show d0", LIMIT).output();
    assertTrue(shown.contains("192.0.2.1/24") && shown.contains("mtu 1400"), shown);
  }

  @Test
  @Order(1)
  void withoutAnInterfaceThereIsNothingToConfigure() throws Exception {
    assertEquals(List.of(), GuestNet.interfaces(guest));
    IOException refused =
        assertThrows(IOException.class, () -> GuestNet.configure(guest, "192.0.2.2/24", 0));
    assertTrue(refused.getMessage().contains("no network interface"), refused.getMessage());
  }

  @Test
  @Order(1)
  void itsConsoleIsHeard() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    guest.onConsole(lines::add);
    guest.run("echo spoken >/dev/console", LIMIT).required();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!lines.contains("spoken") && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertTrue(lines.contains("spoken"), lines.toString());
    assertTrue(guest.console().contains("spoken"));
  }

  @Test
  @Order(2)
  void itRestartsAndRunsCommandsAgain() throws Exception {
    guest.run("touch /tmp/before", LIMIT).required();
    long pid = guest.pid();
    guest.reboot(Duration.ofMinutes(3));
    assertEquals(1, guest.run("test -e /tmp/before", LIMIT).status());
    assertEquals(pid, guest.pid());
    assertTrue(guest.alive());
  }

  @Test
  @Order(3)
  void aRestartThatNobodyAskedForFailsTheCommand() throws Exception {
    IOException failure =
        assertThrows(
            IOException.class,
            () -> guest.run("echo b >/proc/sysrq-trigger; sleep 100", Duration.ofMinutes(3)));
    assertTrue(failure.getMessage().contains("restarted during"), failure.getMessage());
    assertEquals("back\n", guest.run("echo back", LIMIT).output());
  }

  @Test
  @Order(4)
  void closingEndsAWaitingCommandAndLeavesNothing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    guest.onConsole(
        line -> {
          if (line.contains("it waits")) {
            begun.countDown();
          }
        });
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    assertTrue(begun.await(60, TimeUnit.SECONDS));
                  } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                  }
                  guest.close();
                });
    IOException failure =
        assertThrows(
            IOException.class,
            () -> guest.run("echo it waits >/dev/console; sleep 90", Duration.ofSeconds(100)));
    assertTrue(failure.getMessage().contains("ended during the command"), failure.getMessage());
    closer.join();
    Leftovers.assertNone(folder);
    guest.close();
    assertEquals(false, guest.alive());
    assertThrows(IOException.class, () -> guest.run("true", LIMIT));
  }
}
