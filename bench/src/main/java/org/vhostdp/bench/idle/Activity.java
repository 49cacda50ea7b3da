package org.vhostdp.bench.idle;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process has done so far, thread by thread.
 *
 * @param nanos of the clock
 * @param ticks processor time of the whole process in units of 10 ms, ended threads included
 * @param threads by their number
 */
record Activity(long nanos, long ticks, Map<String, Task> threads) {
  /** Names of threads that move frames, ours and testpmd's. */
  private static final List<String> MOVERS = List.of("io-", "lcore-worker", "rte-worker");

  private static final double NANOS_PER_TICK = 1e7;

  /**
   * One thread.
   *
   * @param name as the kernel has it
   * @param cpuNanos processor time
   * @param sleeps times it gave up the processor by itself, each followed by a wake-up
   */
  record Task(String name, long cpuNanos, long sleeps) {
    boolean movesFrames() {
      return MOVERS.stream().anyMatch(name::startsWith);
    }
  }

  /** Reads it now. */
  static Activity of(long pid) throws IOException {
    return read(Path.of("/proc", "" + pid));
  }

  static Activity read(Path process) throws IOException {
    Map<String, Task> threads = new HashMap<>();
    long nanos = System.nanoTime();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        try {
          threads.put(task.getFileName().toString(), task(task));
        } catch (NoSuchFileException e) {
          // It has ended while the others were read; the process's ticks still hold its time.
          continue;
        }
      }
    }
    return new Activity(nanos, ticks(Files.readString(process.resolve("stat"))), threads);
  }

  private static Task task(Path task) throws IOException {
    String name = Files.readString(task.resolve("comm")).strip();
    String sleeps =
        Files.readAllLines(task.resolve("status")).stream()
            .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
            .findFirst()
            .orElse("0");
    return new Task(name, cpuNanos(task), Long.parseLong(sleeps.replaceAll("[^0-9]", "")));
  }

  /** In nanoseconds where the kernel counts them, else in ticks. */
  private static long cpuNanos(Path task) throws IOException {
    Path fine = task.resolve("schedstat");
    return Files.exists(fine)
        ? Long.parseLong(Files.readString(fine).split(" ")[0])
        : (long) (ticks(Files.readString(task.resolve("stat"))) * NANOS_PER_TICK);
  }

  /** Fields 14 and 15; the name, field 2, may contain blanks and brackets. */
  private static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** What has been done since an earlier reading, under the keys of the suite's metrics. */
  Map<String, Double> since(Activity before) {
    long cpu = 0;
    long moversCpu = 0;
    long sleeps = 0;
    long moversSleeps = 0;
    for (Map.Entry<String, Task> thread : threads.entrySet()) {
      Task now = thread.getValue();
      Task then = before.threads.getOrDefault(thread.getKey(), new Task(now.name, 0, 0));
      cpu += now.cpuNanos - then.cpuNanos;
      sleeps += now.sleeps - then.sleeps;
      if (now.movesFrames()) {
        moversCpu += now.cpuNanos - then.cpuNanos;
        moversSleeps += now.sleeps - then.sleeps;
      }
    }
    double seconds = (nanos - before.nanos) / 1e9;
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("cpu", cpu / 1e7 / seconds);
    values.put("io_cpu", moversCpu / 1e7 / seconds);
    values.put("wakeups", sleeps / seconds);
    values.put("io_wakeups", moversSleeps / seconds);
    values.put("stat_cpu", (ticks - before.ticks) * NANOS_PER_TICK / 1e7 / seconds);
    return values;
  }
}
