package org.vhostdp.tck.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Everything that a process started, to end it with it. */
final class Session {
  /** Fields of /proc/PID/stat after the name: state, parent, group, session (proc_pid_stat(5)). */
  private static final int SESSION_FIELD = 3;

  private Session() {}

  /** What a running process has started; asked before it ends, since nobody knows it after. */
  static List<ProcessHandle> started(Process process) {
    return process.descendants().toList();
  }

  /** Ends a process, what it had started, and all of its session, at once. */
  static void end(Process process, List<ProcessHandle> started) {
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    if (ChildCommand.sessionMaker().isPresent()) {
      ProcessHandle.allProcesses()
          .filter(other -> session(other.pid()) == process.pid())
          .forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** The session of a process, or -1 if it has ended. */
  private static long session(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name stands in parentheses and may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[SESSION_FIELD]);
    } catch (IOException gone) {
      return -1;
    }
  }
}
