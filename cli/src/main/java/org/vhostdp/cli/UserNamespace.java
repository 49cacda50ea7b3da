package org.vhostdp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Capability;

/**
 * This program again, as root of a user namespace of its own: it may then make network namespaces.
 */
final class UserNamespace {
  private UserNamespace() {}

  /** Whether this process may not make network namespaces and interfaces in them. */
  static boolean needed() {
    return !Capability.has(Capability.CAP_SYS_ADMIN) || !Capability.has(Capability.CAP_NET_ADMIN);
  }

  /**
   * Runs this very command inside, and waits for its end.
   *
   * @param inside whether this is the second try already
   * @return its exit code
   */
  static int enter(boolean inside) throws CommandFailed, IOException, InterruptedException {
    if (inside) {
      throw new CommandFailed(
          "Even in a user namespace this process may not make a network namespace. Run it as root,"
              + " or use --driver loopback.");
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "--user", "--map-root-user", "--"));
    command.addAll(own());
    command.add("--inside");
    try {
      if (trial() != 0) {
        throw new CommandFailed(
            "This needs root, or user namespaces, which are not allowed here"
                + " (kernel.unprivileged_userns_clone, user.max_user_namespaces, AppArmor)."
                + " Run it as root, or use --driver loopback.");
      }
      Process process = new ProcessBuilder(command).inheritIO().start();
      try (StopSignal _ = StopSignal.asInterrupt(process::destroy)) {
        return process.waitFor();
      }
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "This needs root, or the program unshare (package util-linux): " + e.getMessage() + ".",
          e);
    }
  }

  private static int trial() throws IOException, InterruptedException {
    return new ProcessBuilder("unshare", "--user", "--map-root-user", "--net", "true")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** The words that this process was started with, the Java program first. */
  private static List<String> own() throws IOException {
    String line = Files.readString(Path.of("/proc/self/cmdline"));
    List<String> words = new ArrayList<>(List.of(line.split("\0", -1)));
    words.removeLast();
    // The first word may have been found on PATH.
    words.set(0, Path.of("/proc/self/exe").toRealPath().toString());
    return words;
  }
}
