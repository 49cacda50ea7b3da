package org.vhostdp.bench.idle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.bench.idle.Activity.Task;

final class ActivityTest {
  /** The name has a blank and a bracket; user time is 3 ticks, the system's 4. */
  private static final String STAT = "7 (io ) 0) S 1 7 7 0 -1 4194304 1 0 0 0 3 4 0 0 20 0 1 0";

  @TempDir Path process;

  @Test
  void nanosecondsOfAThreadAreTakenWhereTheKernelCountsThem() throws IOException {
    thread("7", "io-0");
    Files.writeString(process.resolve("task/7/schedstat"), "123456 99 5\n");
    Activity activity = Activity.read(process);
    assertEquals(7, activity.ticks());
    assertEquals(Map.of("7", new Task("io-0", 123_456, 12)), activity.threads());
  }

  @Test
  void elsewhereTicksAreTaken() throws IOException {
    thread("7", "io-0");
    assertEquals(70_000_000, Activity.read(process).threads().get("7").cpuNanos());
  }

  @Test
  void sharesAreThoseOfTheTimeBetween() {
    Activity before =
        new Activity(0, 10, Map.of("1", new Task("io-0", 500, 10), "2", new Task("java", 0, 0)));
    Activity after =
        new Activity(
            1_000_000_000L,
            13,
            Map.of(
                "1", new Task("io-0", 10_000_500, 30),
                "2", new Task("java", 20_000_000, 5),
                "3", new Task("new", 10_000_000, 1)));
    Map<String, Double> values = after.since(before);
    assertEquals(4.0, values.get("cpu"));
    assertEquals(1.0, values.get("io_cpu"));
    assertEquals(26.0, values.get("wakeups"));
    assertEquals(20.0, values.get("io_wakeups"));
    assertEquals(3.0, values.get("stat_cpu"));
  }

  @Test
  void aBusyThreadOfThisProcessShows() throws IOException {
    long pid = ProcessHandle.current().pid();
    Activity before = Activity.of(pid);
    // Time on a core: a busy machine may give this thread none for a while.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + 200_000_000L;
    while (threads.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
    Map<String, Double> values = Activity.of(pid).since(before);
    assertTrue(values.get("cpu") > 0, values.toString());
  }

  private void thread(String number, String name) throws IOException {
    Path task = Files.createDirectories(process.resolve("task").resolve(number));
    Files.writeString(task.resolve("comm"), name + "\n");
    Files.writeString(task.resolve("stat"), STAT);
    Files.writeString(
        task.resolve("status"), "voluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t900\n");
    Files.writeString(process.resolve("stat"), STAT);
  }
}
