package org.vhostdp.driver.afxdp.program;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.vhostdp.linux.Fd;

/**
 * Descriptors of programs that libxdp leaves open: 1.3.1 forgets one each time it looks at an
 * interface, and with it the dispatcher stays in the kernel for the life of the process. What it
 * does is looked at before and after, one thread at a time.
 */
final class ForgottenPrograms {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final String PROGRAM = "anon_inode:bpf-prog";

  /** The names of programs that libxdp is asked for here. */
  private static final Set<String> NAMES =
      Set.of(RedirectProgram.NAME, Dispatcher.NAME, "xdp_pass");

  private final Set<Integer> before;

  private ForgottenPrograms(Set<Integer> before) {
    this.before = before;
  }

  /** Looks before. */
  static ForgottenPrograms look() {
    return new ForgottenPrograms(open());
  }

  /** Closes what is there since, of libxdp's or of ours; no descriptor of a program is kept. */
  void close() {
    Set<Integer> after = open();
    after.removeAll(before);
    for (int fd : after) {
      if (NAMES.contains(LoadedPrograms.nameOf(fd))) {
        Fd.of(fd).close();
      }
    }
  }

  private static Set<Integer> open() {
    Set<Integer> found = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path entry : all) {
        if (isProgram(entry)) {
          found.add(Integer.parseInt(entry.getFileName().toString()));
        }
      }
    } catch (IOException unreadable) {
      // Without /proc nothing can be told apart, and nothing is closed.
      found.clear();
    }
    return found;
  }

  private static boolean isProgram(Path entry) {
    try {
      return Files.readSymbolicLink(entry).toString().equals(PROGRAM);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
