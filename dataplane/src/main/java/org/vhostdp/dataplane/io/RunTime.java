package org.vhostdp.dataplane.io;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a thread of this process wants to run, and how much it has: proc_pid_stat(5). */
final class RunTime {
  /** It waits for something other than a core, or nobody knows. */
  static final long NOT_RUNNABLE = -1;

  private static final Logger LOG = System.getLogger(RunTime.class.getName());
  private static final Path TASKS = Path.of("/proc/self/task");

  private RunTime() {}

  /**
   * Time on a core so far, nanoseconds, of a thread that runs or waits for a core; else {@link
   * #NOT_RUNNABLE}. Any thread; reads two files.
   *
   * @param tid the kernel's number of the thread
   */
  static long of(int tid) {
    Path task = TASKS.resolve(Integer.toString(tid));
    try {
      // The state follows the name, which may hold anything.
      String stat = Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1);
      if (stat.charAt(stat.lastIndexOf(')') + 2) != 'R') {
        return NOT_RUNNABLE;
      }
      String run = Files.readString(task.resolve("schedstat"), StandardCharsets.ISO_8859_1);
      return Long.parseLong(run.substring(0, run.indexOf(' ')));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      LOG.log(Level.DEBUG, "the kernel does not tell what thread " + tid + " does", e);
      return NOT_RUNNABLE;
    }
  }
}
