package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time of processes, what the kernel does for their threads included. */
final class CpuTime {
  private CpuTime() {}

  /** That of all threads of a process, nanoseconds. */
  static long ofProcess(long pid) throws IOException {
    return ofThreads(Path.of("/proc", "" + pid, "task"));
  }

  /** That of the threads in a folder of /proc. */
  static long ofThreads(Path tasks) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        sum += ofThread(thread.resolve("schedstat"));
      }
    }
    return sum;
  }

  private static long ofThread(Path schedstat) throws IOException {
    try {
      return Long.parseLong(Files.readString(schedstat).split(" ")[0]);
    } catch (IOException e) {
      if (Files.exists(schedstat)) {
        throw e;
      }
      // The thread has ended meanwhile.
      return 0;
    }
  }
}
