package org.vhostdp.tck.run;

import java.util.Map;

/** How a process ended, in words. */
final class ExitWords {
  private static final int SIGNALLED = 128;

  private static final Map<Integer, String> SIGNALS =
      Map.of(
          4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 13,
          "SIGPIPE", 15, "SIGTERM", 31, "SIGSYS");

  private ExitWords() {}

  /** A status as Java gives it: 128 and the number of a signal that ended the process. */
  static String of(int status) {
    int signal = status - SIGNALLED;
    if (signal <= 0 || signal >= 65) {
      return "status " + status;
    }
    String name = SIGNALS.get(signal);
    return "status %d, signal %d%s".formatted(status, signal, name == null ? "" : " " + name);
  }
}
