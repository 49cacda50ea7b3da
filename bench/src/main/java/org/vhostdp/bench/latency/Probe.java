package org.vhostdp.bench.latency;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the kernel knows of waiting: /proc/stat (steal) and, of each thread, schedstat (time on a
 * core, time it waited for one, nanoseconds). In both processes the thread that polls is the one
 * that ran most.
 */
final class Probe {
  private static final int STEAL = 8;

  /** The kernel counts in USER_HZ, which is 100 on every platform that runs this. */
  private static final double MILLIS_OF_TICK = 10;

  /** A thread's times since it began, nanoseconds. */
  record Times(long ran, long waited) {}

  private final long backPid;
  private final double stolen;
  private final Map<String, Times> client;
  private final Map<String, Times> back;

  private Probe(long backPid) throws IOException {
    this.backPid = backPid;
    this.stolen = stolenMillis(Files.readString(Path.of("/proc/stat")));
    this.client = threads(ProcessHandle.current().pid());
    this.back = backPid < 0 ? Map.of() : threads(backPid);
  }

  /**
   * Looks now.
   *
   * @param backPid process of the back-end, or -1
   */
  static Probe now(long backPid) throws IOException {
    return new Probe(backPid);
  }

  /** What happened since this look. */
  Disturbance since() throws IOException {
    Probe later = new Probe(backPid);
    return new Disturbance(
        later.stolen - stolen, waitedMillis(client, later.client), waitedMillis(back, later.back));
  }

  static double stolenMillis(String stat) throws IOException {
    for (String line : stat.lines().toList()) {
      String[] words = line.split("\\s+");
      if (words[0].equals("cpu") && words.length > STEAL) {
        return Long.parseLong(words[STEAL]) * MILLIS_OF_TICK;
      }
    }
    throw new IOException("/proc/stat has no line \"cpu\" with stolen time.");
  }

  /** How long the thread that ran most in between had to wait; NaN if the kernel does not tell. */
  static double waitedMillis(Map<String, Times> before, Map<String, Times> after) {
    long most = -1;
    long waited = 0;
    for (var thread : after.entrySet()) {
      Times from = before.getOrDefault(thread.getKey(), new Times(0, 0));
      long ran = thread.getValue().ran() - from.ran();
      if (ran > most) {
        most = ran;
        waited = thread.getValue().waited() - from.waited();
      }
    }
    return most < 0 ? Double.NaN : waited / 1e6;
  }

  private static Map<String, Times> threads(long pid) throws IOException {
    Map<String, Times> threads = new HashMap<>();
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        try {
          String[] words = Files.readString(task.resolve("schedstat")).strip().split(" ");
          Times times = new Times(Long.parseLong(words[0]), Long.parseLong(words[1]));
          threads.put(task.getFileName().toString(), times);
        } catch (IOException e) {
          // The thread ended after the folder was listed; it was not the one that polls.
          continue;
        }
      }
    }
    return threads;
  }
}
