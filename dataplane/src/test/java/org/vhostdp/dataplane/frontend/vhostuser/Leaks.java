package org.vhostdp.dataplane.frontend.vhostuser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;

/**
 * What this process holds at a moment.
 *
 * @param owned descriptors of {@link Fd}
 * @param descriptors of the kernel's kinds that the dataplane uses: sockets, pipes, memfds, events
 * @param mappings of {@link Mapping}
 * @param threads of ports and IO
 */
public record Leaks(long owned, long descriptors, long mappings, List<String> threads) {
  /** What is held now. */
  public static Leaks now() {
    return new Leaks(Fd.openCount(), descriptorCount(), Mapping.openCount(), portThreads());
  }

  /** What is held once sessions that have just ended let go: the same three times in a row. */
  public static Leaks settled() {
    Leaks last = now();
    for (int same = 0; same < 3; same++) {
      PortBed.pause(20);
      Leaks next = now();
      if (!next.equals(last)) {
        same = -1;
        last = next;
      }
    }
    return last;
  }

  private static long descriptorCount() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.filter(Leaks::ours).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean ours(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return Stream.of("socket:", "pipe:", "anon_inode:", "/memfd:").anyMatch(target::startsWith);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> portThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("port-") || name.matches("(test-)?io-.*"))
        .sorted()
        .toList();
  }

  /** Waits until no more is held than this. */
  public void awaitSame(String after) {
    try {
      PortBed.await(after, () -> now().equals(this));
    } catch (AssertionError e) {
      throw new AssertionError(after + ": held " + this + ", now " + now(), e);
    }
  }
}
