package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CpuTimeTest {
  @Test
  void itIsThatOfAllThreadsAndOneThatHasEndedHasNone(@TempDir Path tasks) throws IOException {
    thread(tasks, "10", "1500000000 7000 12\n");
    thread(tasks, "11", "25 0 1\n");
    Files.createDirectory(tasks.resolve("12"));
    assertEquals(1500000025, CpuTime.ofThreads(tasks));
  }

  private static void thread(Path tasks, String id, String schedstat) throws IOException {
    Path thread = Files.createDirectory(tasks.resolve(id));
    Files.writeString(thread.resolve("schedstat"), schedstat);
  }
}
