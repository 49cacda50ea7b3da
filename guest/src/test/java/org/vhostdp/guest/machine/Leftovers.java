package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a guest whose folder lay in a given one has left behind. */
final class Leftovers {
  private Leftovers() {}

  /** Processes whose command line names the folder; zombies have none. */
  static List<String> processes(Path folder) {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains(folder.toString()))
        .toList();
  }

  static void assertNone(Path folder) throws IOException, InterruptedException {
    assertNoProcessWithin(Duration.ofSeconds(30), folder);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList(), "files");
    }
  }

  static void assertNoProcessWithin(Duration limit, Path folder) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!processes(folder).isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertEquals(List.of(), processes(folder), "processes");
  }
}
