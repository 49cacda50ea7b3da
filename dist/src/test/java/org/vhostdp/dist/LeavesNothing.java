package org.vhostdp.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Counts what a suite of tests can leave behind, before and after it: descriptors, memory files,
 * namespaces and threads of this process, interfaces and namespaces of the machine, processes.
 */
final class LeavesNothing implements BeforeAllCallback, AfterAllCallback {
  private static final long SETTLING_NANOS = 30_000_000_000L;
  private static final Path INTERFACES = Path.of("/sys/class/net");
  private static final Path NAMESPACES = Path.of("/run/netns");

  private Held before;

  /** For JUnit. */
  LeavesNothing() {}

  private record Held(
      Map<String, Integer> descriptors,
      Map<String, Integer> memory,
      Map<String, Long> threads,
      List<String> interfaces,
      List<String> namespaces,
      List<String> children) {
    static Held now() throws IOException {
      long self = ProcessHandle.current().pid();
      return new Held(
          matching(ProcessFacts.descriptors(self), "(?!/[^m]).*"),
          matching(ProcessFacts.mappings(self), "/memfd:.*"),
          runningThreads(),
          names(INTERFACES, "(tap-|far-|vdp).*"),
          names(NAMESPACES, ".*"),
          ProcessHandle.current().children().map(ProcessHandle::toString).sorted().toList());
    }
  }

  private static Map<String, Integer> matching(Map<String, Integer> all, String pattern) {
    Map<String, Integer> some = new TreeMap<>(all);
    some.keySet().removeIf(name -> !name.matches(pattern));
    return some;
  }

  /** By name, without the platform's own, such as those that wait for children, and JUnit's. */
  private static Map<String, Long> runningThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getThreadGroup() != null)
        .filter(thread -> !thread.getThreadGroup().getName().matches("system|InnocuousThreadGroup"))
        .filter(thread -> !thread.getName().startsWith("junit-"))
        .collect(Collectors.groupingBy(Thread::getName, TreeMap::new, Collectors.counting()));
  }

  private static List<String> names(Path folder, String pattern) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches(pattern))
          .sorted()
          .toList();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    // The first socket that Java closes opens another one for good.
    new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
    // What the suite before this one had may end a little after it.
    long deadline = System.nanoTime() + SETTLING_NANOS;
    Held last;
    do {
      last = before;
      Thread.sleep(50);
      before = Held.now();
    } while (!before.equals(last) && System.nanoTime() < deadline);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SETTLING_NANOS;
    Held after = Held.now();
    while (!after.equals(before) && System.nanoTime() < deadline) {
      Thread.sleep(100);
      after = Held.now();
    }
    Assertions.assertEquals(before, after, "what is held before and after the suite");
    Assertions.assertTrue(Lab.OPEN.isEmpty(), "a lab is still open");
  }
}
