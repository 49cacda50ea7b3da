package org.vhostdp.cli.control;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** CPU time of this process's threads by name, as the kernel accounts it in /proc. */
final class ThreadTimes {
  private static final Path TASKS = Path.of("/proc/self/task");

  private final Map<String, Path> schedstat = new HashMap<>();

  /** CPU time in nanoseconds, or -1 if the thread or the file is not there. */
  long nanos(String thread) {
    Path file = schedstat.computeIfAbsent(thread, ThreadTimes::find);
    if (file == null) {
      return -1;
    }
    try {
      String text = Files.readString(file);
      return Long.parseLong(text.substring(0, text.indexOf(' ')));
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  private static Path find(String thread) {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        if (Files.readString(task.resolve("comm")).strip().equals(thread)) {
          return task.resolve("schedstat");
        }
      }
      return null;
    } catch (IOException e) {
      // A thread ended while its files were read: the next call looks again.
      return null;
    }
  }
}
