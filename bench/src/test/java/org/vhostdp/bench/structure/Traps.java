package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads when compiled code met something it was not compiled for and fell back. */
final class Traps {
  private static final Pattern TRAP = Pattern.compile("\\[(\\d+)ms\\]\\s*(cid=.*)");
  private static final Pattern STEADY =
      Pattern.compile(HotPath.STEADY + "(\\d+)" + HotPath.ENDED + "(\\d+)");

  private Traps() {}

  /**
   * The traps of the steady state.
   *
   * @param log lines of -Xlog:deoptimization=debug with the clock's milliseconds
   * @param said what {@link HotPath} printed
   */
  static List<String> steady(List<String> log, List<String> said) {
    Matcher steady =
        said.stream()
            .map(STEADY::matcher)
            .filter(Matcher::matches)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no steady state: " + said));
    long from = Long.parseLong(steady.group(1));
    long to = Long.parseLong(steady.group(2));
    List<String> traps = new ArrayList<>();
    for (String line : log) {
      Matcher trap = TRAP.matcher(line);
      if (trap.matches()) {
        long at = Long.parseLong(trap.group(1));
        if (at >= from && at < to) {
          traps.add("compiled code was left in the steady state: " + trap.group(2));
        }
      }
    }
    return traps;
  }
}
