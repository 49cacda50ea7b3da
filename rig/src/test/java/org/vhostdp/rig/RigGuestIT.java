package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.opentest4j.TestAbortedException;
import org.vhostdp.guest.machine.CommandResult;

/** The rig itself: whatever becomes of a test in a guest is told as just that. */
@ExtendWith(GuestRig.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RigGuestIT {
  private static final Duration LIMIT = Duration.ofSeconds(180);

  /** A machine that is busy elsewhere hands over late what came in time; not every time. */
  private static final int TRIES = 5;

  private static final GuestPlan PLAN = GuestPlan.standard().withMemory(1024).withHugepages(4);

  private static GuestTests samples(String tag) throws Exception {
    Path classes =
        Path.of(RigGuestIT.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return GuestTests.in(classes).tagged(tag);
  }

  /** Name and what became of it: null if it passed. */
  private static Map<String, Throwable> outcomes(GuestTests tests, KernelGuest guest) {
    Map<String, Throwable> outcomes = new TreeMap<>();
    try (Stream<DynamicTest> stream = tests.runIn(guest)) {
      stream.forEach(
          test -> {
            Throwable thrown = null;
            try {
              test.getExecutable().execute();
            } catch (Throwable e) {
              thrown = e;
            }
            outcomes.put(test.getDisplayName(), thrown);
          });
    }
    return outcomes;
  }

  private static String message(Map<String, Throwable> outcomes, String name, Class<?> type) {
    Throwable thrown = outcomes.get(name);
    assertTrue(type.isInstance(thrown), () -> name + ": " + thrown + " in " + outcomes);
    return thrown.getMessage();
  }

  @Test
  @Order(1)
  void outputComesAsItIsWrittenAndTheStatusIsTheCommands(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    long apart = 0;
    for (int i = 0; i < TRIES && apart < 1_500_000_000L; i++) {
      apart = nanosBetweenLines(guest);
    }
    assertTrue(apart > 1_500_000_000L, "the output came in one piece");
    Lines sink = new Lines(line -> {});
    String slow = "echo begun; sleep 600";
    assertEquals(124, guest.run(slow, Path.of("/"), Duration.ofSeconds(2), sink).status());
  }

  /** Time between the first and the third of four lines, of which a pause of 2 s is before that. */
  private static long nanosBetweenLines(KernelGuest guest) throws Exception {
    List<String> lines = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    Lines sink =
        new Lines(
            line -> {
              lines.add(line);
              times.add(System.nanoTime());
            });
    String command = "echo one; pwd; sleep 2; echo $PART; printf 'a\\0b\\n'; exit 7";
    CommandResult result = guest.run(command, Path.of("/usr"), LIMIT, sink);
    assertEquals(7, result.status());
    assertEquals(List.of("one", "/usr", "", "a\0b"), lines);
    return times.get(2) - times.get(0);
  }

  @Test
  @Order(2)
  void bothSidesWriteToTheReportsAndTheGuestToNothingElse(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    Path tree = Path.of("").toAbsolutePath();
    Path file = Files.createTempFile(tree.resolve("target"), "not-the-guests", "");
    try (Lines nowhere = new Lines(line -> {})) {
      Files.writeString(guest.reports().resolve("from-host"), "word\n");
      String copy = "mkdir -p $VHOSTDP_GUEST_REPORTS/deep && cat from-host >deep/copy";
      assertEquals(0, guest.run(copy, guest.reports(), LIMIT, nowhere).status());
      assertEquals("word\n", Files.readString(guest.reports().resolve("deep/copy")));
      String spoil = "echo spoilt >" + KernelGuest.quoted(file.toString());
      assertEquals(1, guest.run(spoil, tree, LIMIT, nowhere).status());
      assertEquals("", Files.readString(file));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  @Order(3)
  void modulesAndHugePagesAreThere(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    List<String> lines = new ArrayList<>();
    try (Lines sink = new Lines(lines::add)) {
      String command =
          "modprobe dummy && ip link add d0 type dummy && ls $VHOSTDP_HUGEPAGES"
              + " && cat /proc/sys/vm/nr_hugepages";
      assertEquals(0, guest.run(command, Path.of("/"), LIMIT, sink).status(), lines::toString);
    }
    assertEquals(List.of("4"), lines);
  }

  @Test
  @Order(4)
  void testsPassFailAndAreSkippedAsInTheGuest(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    Map<String, Throwable> seen = outcomes(samples("rig-outcomes"), guest);
    for (String passed : List.of("passes", "factory first", "factory second")) {
      assertTrue(seen.containsKey("Outcomes." + passed), () -> passed + " in " + seen);
      assertEquals(null, seen.get("Outcomes." + passed));
    }
    String release = Files.readString(guest.reports().resolve("release"));
    assertEquals(guest.machine().kernelRelease(), release);
    String failure = message(seen, "Outcomes.fails", AssertionError.class);
    assertTrue(failure.startsWith("Outcomes.fails: one is not two"), failure);
    assertTrue(failure.contains("at org.vhostdp.rig.samples.Outcomes.fails("), failure);
    assertEquals(
        "Outcomes.isSkipped: there is no moon tonight",
        message(seen, "Outcomes.isSkipped", TestAbortedException.class));
    assertEquals(
        "Outcomes.isDisabled: switched off for good",
        message(seen, "Outcomes.isDisabled", TestAbortedException.class));
    assertEquals(
        "Outcomes.InAGroup: the group has no sun",
        message(seen, "Outcomes.InAGroup", TestAbortedException.class));
    assertEquals(9, seen.size(), seen.keySet().toString());
    assertSame(guest, guests.with(PLAN, "rig"), "one boot serves many tests");
  }

  @Test
  @Order(5)
  void aJvmThatEndsFailsWhatWasNotRun(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    Map<String, Throwable> seen = outcomes(samples("rig-halts"), guest);
    assertEquals(List.of("Halts.after", "Halts.before", "Halts.halts"), List.copyOf(seen.keySet()));
    assertEquals(null, seen.get("Halts.before"));
    String running = message(seen, "Halts.halts", AssertionError.class);
    assertTrue(running.contains("status 42") && running.contains("about to halt"), running);
    String after = message(seen, "Halts.after", AssertionError.class);
    assertTrue(after.contains("It was not run. The guest's JVM died"), after);
  }

  @Test
  @Order(6)
  void aTestThatHangsIsEnded(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    GuestTests tests = samples("rig-hangs").withLimits(Duration.ofSeconds(3), LIMIT);
    String failure = message(outcomes(tests, guest), "Hangs.hangs", AssertionError.class);
    assertTrue(failure.contains("did not end within 6 s"), failure);
    assertTrue(failure.contains("Hangs.hangs("), failure);
    // A slow machine's JVM may not have come to the test by then.
    GuestTests all = samples("rig-hangs").withLimits(LIMIT, Duration.ofSeconds(15));
    Map<String, Throwable> seen = outcomes(all, guest);
    assertEquals(1, seen.size(), seen.toString());
    failure = seen.values().iterator().next().getMessage();
    assertTrue(failure.contains("all tests have 15 s"), failure);
  }

  @Test
  @Order(7)
  void noTestsAtAllIsAFailure(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    Map<String, Throwable> seen = outcomes(samples("no-such-tag"), guest);
    String failure = message(seen, "tests in the guest", AssertionError.class);
    assertTrue(failure.contains("found no tests"), failure);
  }

  @Test
  @Order(8)
  void aGuestThatPanicsFailsWhatWasNotRunAndIsBootedAnew(Guests guests) throws Exception {
    KernelGuest guest = guests.with(PLAN, "rig");
    Map<String, Throwable> seen = outcomes(samples("rig-panics"), guest);
    String running = message(seen, "Panics.panics", AssertionError.class);
    assertTrue(running.contains("Kernel panic"), running);
    message(seen, "Panics.after", AssertionError.class);
    assertFalse(guest.machine().alive());
    assertTrue(Files.readString(guest.reports().resolve("console.txt")).contains("sysrq"));
    KernelGuest another = guests.with(PLAN, "rig");
    assertTrue(another != guest && another.machine().alive(), "no guest was booted anew");
    long pid = another.machine().pid();
    another.close();
    // Nobody may have collected its status yet; such a process has no command line.
    assertEquals(
        Optional.empty(), ProcessHandle.of(pid).flatMap(left -> left.info().commandLine()));
  }

  @Test
  @Order(9)
  void aModuleThatIsNotThereIsASentence(Guests guests) throws Exception {
    GuestPlan plan = GuestPlan.standard().withMemory(512).withModules("no-such-module");
    Exception failure = assertThrows(Exception.class, () -> guests.with(plan, "rig"));
    assertTrue(failure.getMessage().contains("no-such-module"), failure.getMessage());
  }
}
