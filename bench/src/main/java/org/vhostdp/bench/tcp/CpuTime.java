package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processor time of processes, as /proc tells it. */
final class CpuTime {
  /** USER_HZ of every Linux architecture but two. */
  private static final double TICKS_PER_SECOND = 100;

  private CpuTime() {}

  /**
   * Seconds, of user and of system, that processes, their descendants and their ended children have
   * used. User-mode Linux keeps its guest's programs in processes of their own.
   *
   * @throws IOException if one of the given processes has ended
   */
  static double seconds(List<Long> pids) throws IOException {
    long ticks = 0;
    for (long pid : pids) {
      ProcessHandle root =
          ProcessHandle.of(pid)
              .orElseThrow(() -> new IOException("The process " + pid + " has ended."));
      List<ProcessHandle> tree = Stream.concat(Stream.of(root), root.descendants()).toList();
      for (ProcessHandle each : tree) {
        ticks += ticks(each.pid());
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  private static long ticks(long pid) throws IOException {
    try {
      Path file = Path.of("/proc", Long.toString(pid), "stat");
      return ticks(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException ended) {
      // Its parent has its time by now, or will at the next look.
      return 0;
    }
  }

  /** utime, stime, cutime and cstime, fields 14 to 17; the name before them may hold anything. */
  static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long sum = 0;
    for (int field = 14; field <= 17; field++) {
      sum += Long.parseLong(fields[field - 3]);
    }
    return sum;
  }
}
