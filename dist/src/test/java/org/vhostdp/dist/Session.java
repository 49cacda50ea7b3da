package org.vhostdp.dist;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/**
 * A program in a session of its own, its output in a file, killed with everything it started when
 * its time is up or this is closed.
 */
final class Session implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");
  private static final Duration KILL_LIMIT = Duration.ofSeconds(30);

  private final Process leader;
  private final Path log;

  private Session(Process leader, Path log) {
    this.leader = leader;
    this.log = log;
  }

  /**
   * Starts a program.
   *
   * @param log gets both outputs
   * @param life after which everything is killed, also when this process is gone
   */
  static Session start(Path log, Duration life, Map<String, String> environment, List<String> words)
      throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("setsid", "timeout", "-k", "1", "-s", "KILL", "" + life.toSeconds()));
    all.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new Session(builder.start(), log);
  }

  /** Process id of the program itself. */
  long pid() throws IOException {
    List<ProcessHandle> children = leader.children().toList();
    if (children.size() != 1) {
      throw new IOException("The program has ended:\n" + output());
    }
    return children.getFirst().pid();
  }

  /** The session's id. */
  long id() {
    return leader.pid();
  }

  OutputStream input() {
    return leader.getOutputStream();
  }

  boolean alive() {
    return leader.isAlive();
  }

  /** All it has said so far. */
  String output() throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /** Waits until it has said something. */
  void awaitOutput(String text, Duration limit) throws IOException {
    Wait.until(
        limit,
        () -> output().contains(text) || !alive(),
        () -> "\"" + text + "\" did not appear in:\n" + output());
    Assertions.assertTrue(output().contains(text), () -> "The program ended:\n" + text(log));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Sends SIGTERM and waits for the end; the program's exit code. */
  int terminate(Duration limit) throws IOException, InterruptedException {
    ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
    return exitCode(limit);
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() throws IOException, InterruptedException {
    ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
    exitCode(KILL_LIMIT);
  }

  /** Waits for the end; the program's exit code. */
  int exitCode(Duration limit) throws IOException, InterruptedException {
    boolean ended = leader.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    Assertions.assertTrue(ended, () -> "Still running after " + limit + ":\n" + text(log));
    return leader.exitValue();
  }

  @Override
  public void close() throws IOException {
    long deadline = System.nanoTime() + KILL_LIMIT.toNanos();
    List<ProcessHandle> left = members(leader.pid());
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      left.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(5_000_000);
      left = members(leader.pid());
    }
    leader.getOutputStream().close();
  }

  /** Processes of a session that have not ended. */
  static List<ProcessHandle> members(long session) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        if (sessionOf(entry) == session) {
          long pid = Long.parseLong(entry.getFileName().toString());
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    }
    return found;
  }

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
