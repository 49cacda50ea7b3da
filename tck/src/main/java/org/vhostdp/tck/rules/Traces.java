package org.vhostdp.tck.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vhostdp.tck.rule.Broken;

/** What this process holds: descriptors, memory, threads, processes, network devices. */
final class Traces {
  private static final int BATCHES = 8;

  private Traces() {}

  /** Something that is to leave nothing behind. */
  interface Act {
    void run() throws Exception;
  }

  /**
   * Does something once, then in batches until one leaves nothing. A leak grows in every batch;
   * what the JVM takes for itself now and then does not.
   *
   * @param what begins the sentence, such as "20 probes"
   */
  static void leftBy(int rounds, String what, Act act) throws Exception {
    act.run();
    Map<String, Long> left = batch(rounds, act);
    for (int more = 1; more < BATCHES && !left.isEmpty(); more++) {
      Map<String, Long> again = batch(rounds, act);
      left.keySet().retainAll(again.keySet());
      left.replaceAll((name, count) -> Math.min(count, again.get(name)));
    }
    for (Map.Entry<String, Long> entry : left.entrySet()) {
      throw new Broken(
          "%s left %d %s that were not there before"
              .formatted(what, entry.getValue(), entry.getKey()));
    }
  }

  /** What grew by at least one for every other time. */
  private static Map<String, Long> batch(int rounds, Act act) throws Exception {
    Map<String, Long> before = now();
    for (int i = 0; i < rounds; i++) {
      act.run();
    }
    Map<String, Long> grown = now();
    before.forEach((name, count) -> grown.merge(name, -count, Long::sum));
    grown.values().removeIf(more -> more < Math.max(1, rounds / 2));
    return grown;
  }

  private static Map<String, Long> now() throws IOException {
    Map<String, Long> held = new LinkedHashMap<>();
    held.put("file descriptors", descriptors());
    tasks(held);
    held.put("network devices", (long) lines("/proc/thread-self/net/dev").size());
    held.put("pages of memory", pages());
    return held;
  }

  private static void tasks(Map<String, Long> held) throws IOException {
    long processes = 0;
    try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
      List<Path> tasks = all.toList();
      held.put("threads", (long) tasks.size());
      for (Path task : tasks) {
        processes += children(task);
      }
    }
    held.put("processes", processes);
  }

  /** Processes that a thread started; a kernel may lack the list, and the thread may have ended. */
  private static long children(Path task) throws IOException {
    try {
      return Files.readString(task.resolve("children")).split(" ").length - 1;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(Traces::isOfADriver).count();
    }
  }

  /** Jars are opened when their first class is wanted, and stay open. */
  private static boolean isOfADriver(Path descriptor) {
    try {
      return !Files.readSymbolicLink(descriptor).toString().endsWith(".jar");
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long pages() throws IOException {
    return Long.parseLong(lines("/proc/self/statm").getFirst().split(" ")[0]);
  }

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file));
  }
}
