package org.vhostdp.guest.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The processes of one guest: a supervisor in a session of its own, and the hypervisor below it.
 * Standard input and output are the command channel, standard error is the console.
 */
final class GuestProcess {
  private static final Path PROC = Path.of("/proc");
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final Process supervisor;
  private final Path pidFile;

  private GuestProcess(Process supervisor, Path pidFile) {
    this.supervisor = supervisor;
    this.pidFile = pidFile;
  }

  static GuestProcess start(
      List<String> command, Map<String, String> environment, Path folder, Duration lifetime)
      throws IOException {
    Path pidFile = folder.resolve("pid");
    List<String> all = new ArrayList<>();
    all.addAll(List.of("setsid", "bash", "-c", Resources.text("supervise.sh"), "supervise"));
    all.add(Long.toString(Math.max(1, lifetime.toSeconds())));
    all.add(folder.toString());
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile());
    builder.environment().putAll(environment);
    return new GuestProcess(builder.start(), pidFile);
  }

  Process streams() {
    return supervisor;
  }

  boolean alive() {
    return supervisor.isAlive();
  }

  /** Process id of the hypervisor, once it was started. */
  OptionalLong pid() {
    try {
      String text = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "";
      return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    } catch (IOException failure) {
      return OptionalLong.empty();
    }
  }

  /**
   * Kills the supervisor's session and the one that user-mode Linux makes for itself, until none of
   * their processes is left. May be called again.
   */
  void kill() {
    long deadline = System.nanoTime() + KILL_LIMIT.toNanos();
    boolean left = true;
    while (left && System.nanoTime() < deadline) {
      // Read each time: the hypervisor writes it just before it can leave the supervisor's session.
      long hypervisor = pid().orElse(-1);
      List<ProcessHandle> victims = members(supervisor.pid(), hypervisor);
      victims.forEach(ProcessHandle::destroyForcibly);
      left = !victims.isEmpty();
      if (left) {
        pause();
      }
    }
  }

  private static void pause() {
    // An interrupted caller still gets every process killed; its flag is kept for it.
    LockSupport.parkNanos(5_000_000);
  }

  private static List<ProcessHandle> members(long session, long otherSession) {
    List<ProcessHandle> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(PROC)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        if (Character.isDigit(name.charAt(0))) {
          long of = sessionOf(entry);
          if (of > 0 && (of == session || of == otherSession)) {
            ProcessHandle.of(Long.parseLong(name)).ifPresent(found::add);
          }
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("/proc cannot be listed", failure);
    }
    return found;
  }

  /** Session of a process; -1 if it is gone or only waits for its parent to collect its status. */
  private static long sessionOf(Path entry) {
    try {
      String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
      // state, parent, group, session follow the name, which may itself hold parentheses
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      return fields[0].equals("Z") || fields[0].equals("X") ? -1 : Long.parseLong(fields[3]);
    } catch (IOException gone) {
      return -1;
    }
  }
}
