package org.vhostdp.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What /proc tells about another process. */
final class ProcessFacts {
  /** USER_HZ of every Linux architecture but two. */
  private static final long TICKS_PER_SECOND = 100;

  private ProcessFacts() {}

  /** Processor time that all its threads have used. */
  static Duration cpuTime(long pid) throws IOException {
    String stat = Files.readString(proc(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
    // The state is field 3, utime 14, stime 15; the name before them may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
  }

  /** Open descriptors by what they are, such as "anon_inode:[eventfd]", and how many. */
  static Map<String, Integer> descriptors(long pid) throws IOException {
    List<String> targets = new ArrayList<>();
    try (Stream<Path> links = Files.list(proc(pid).resolve("fd"))) {
      for (Path link : links.toList()) {
        targets.add(target(link));
      }
    }
    // Numbers of sockets, pipes and memory files differ each time.
    return counted(targets.stream().map(target -> target.replaceAll("(socket|pipe):.*", "$1")));
  }

  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException closed) {
      return "closed meanwhile";
    }
  }

  /** Mapped files by name, and how many mappings each has; "" are those of no file. */
  static Map<String, Integer> mappings(long pid) throws IOException {
    return counted(
        Files.readString(proc(pid).resolve("maps"))
            .lines()
            .map(line -> line.replaceAll("^(\\S+ +){5}", "")));
  }

  /** Threads by name, and how many. */
  static Map<String, Integer> threads(long pid) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(proc(pid).resolve("task"))) {
      for (Path task : tasks.toList()) {
        names.add(Files.readString(task.resolve("comm")).strip());
      }
    }
    return counted(names.stream());
  }

  /** Network namespaces that its threads are in, and how many are in each. */
  static Map<String, Integer> namespaces(long pid) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(proc(pid).resolve("task"))) {
      for (Path task : tasks.toList()) {
        names.add(target(task.resolve("ns/net")));
      }
    }
    return counted(names.stream());
  }

  private static Map<String, Integer> counted(Stream<String> names) {
    Map<String, Integer> counts = new TreeMap<>();
    names.forEach(name -> counts.merge(name, 1, Integer::sum));
    return counts;
  }

  private static Path proc(long pid) {
    return Path.of("/proc", Long.toString(pid));
  }
}
