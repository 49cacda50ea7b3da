package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What the kernel's verifier said about a program, as part of a sentence. */
final class VerifierLog {
  private static final int LINES = 3;
  private static final String SUMMARY = "processed ";

  private VerifierLog() {}

  /**
   * The refusal of a program.
   *
   * @param call what failed, should the verifier not be the reason
   * @param log what BPF_PROG_LOAD wrote, ending in a zero; empty if the verifier never looked
   */
  static DriverException refusal(String call, String object, int errno, MemorySegment log) {
    String said = tail(text(log));
    if (said.isEmpty()) {
      return ProgramErrors.of(call, object, errno);
    }
    String message = new LinuxException(call, object, errno, "").getMessage();
    return new DriverException(
        errno == Errno.EPERM ? Reason.PERMISSION : Reason.CONFIGURATION,
        message + " The kernel's verifier refused the program: \"" + said + "\".",
        "Mend the program for this kernel; bpftool prog load shows the verifier's whole log.");
  }

  private static String text(MemorySegment log) {
    byte[] bytes = log.toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** The last lines, less the count of instructions at the end. */
  static String tail(String log) {
    List<String> lines =
        log.lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith(SUMMARY)).toList();
    return String.join("; ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
  }
}
