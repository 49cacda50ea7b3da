package org.vhostdp.bench.structure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what C2 prints of its work with -XX:+PrintCompilation and -XX:+PrintInlining. */
final class InliningLog {
  /** Milliseconds, number, attributes, level 4, method, entry of an OSR, bytecodes, remark. */
  private static final Pattern UNIT =
      Pattern.compile(
          "\\s*\\d+\\s+\\d+\\s[%sbn! ]+4\\s+(\\S+::\\S+)(?: @ (\\d+))? \\(\\d+ bytes\\)(.*)");

  /** Indentation, bytecode index, method, its size, what C2 thought of it. */
  private static final Pattern CALL =
      Pattern.compile("([ !s]*)@ (\\d+)\\s+(\\S+::\\S+) \\(([^)]*)\\)(.*)");

  private static final Pattern RECEIVER = Pattern.compile("callee changed to\\s+(\\S+::\\S+).*");
  private static final String PROFILE = "\\-> TypeProfile";
  private static final String FAILED = "failed to inline: ";
  private static final String SKIPPED = "COMPILE SKIPPED: ";
  private static final String AT_LAST = "late inline succeeded";

  private InliningLog() {}

  /**
   * A method that was compiled with others inlined.
   *
   * @param osr entered in the middle of a loop
   * @param skipped why there is no code, or empty
   */
  record Unit(String method, boolean osr, String skipped, List<Call> calls) {}

  /**
   * A call in a unit.
   *
   * @param callers the method it stands in: the unit's, or one inlined there; several if that one
   *     was inlined for several receivers, whose calls C2 prints as one list
   * @param bytecode its index in the caller
   * @param failures why C2 leaves it a call; empty if it does not
   */
  record Call(List<String> callers, int bytecode, String callee, List<String> failures) {}

  private record Frame(int depth, List<String> methods) {}

  /** The units in the order of their compilation. Lines of anything else are passed over. */
  static List<Unit> parse(List<String> lines) {
    List<Unit> units = new ArrayList<>();
    Deque<Frame> callers = new ArrayDeque<>();
    for (String line : lines) {
      Matcher unit = UNIT.matcher(line);
      Matcher call = CALL.matcher(line);
      if (unit.matches()) {
        callers.clear();
        units.add(unit(unit));
      } else if (call.matches() && !units.isEmpty()) {
        int depth = call.group(1).length();
        while (!callers.isEmpty() && callers.peek().depth >= depth) {
          callers.pop();
        }
        Unit current = units.getLast();
        List<String> above = callers.isEmpty() ? List.of(current.method) : callers.peek().methods;
        List<Call> calls = calls(above, call);
        callers.push(new Frame(depth, calls.stream().map(Call::callee).toList()));
        current.calls.addAll(calls);
      }
    }
    return units;
  }

  private static Unit unit(Matcher m) {
    int skipped = m.group(3).indexOf(SKIPPED);
    String why = skipped < 0 ? "" : m.group(3).substring(skipped + SKIPPED.length()).strip();
    return new Unit(m.group(1), m.group(2) != null, why, new ArrayList<>());
  }

  /**
   * One call for each receiver. C2 prints a verdict for each attempt, three blanks between them;
   * those about another receiver than the first come after its name.
   */
  private static List<Call> calls(List<String> callers, Matcher m) {
    Map<String, List<String>> failures = new LinkedHashMap<>();
    failures.put(m.group(3), new ArrayList<>());
    String callee = m.group(3);
    for (String verdict : m.group(5).strip().split("\\s{3,}")) {
      Matcher receiver = RECEIVER.matcher(verdict);
      if (receiver.matches()) {
        callee = receiver.group(1);
        continue;
      }
      // Type profiles stand under the name of the caller.
      if (!verdict.startsWith(PROFILE)) {
        note(failures.computeIfAbsent(callee, name -> new ArrayList<>()), verdict);
      }
      callee = m.group(3);
    }
    int bytecode = Integer.parseInt(m.group(2));
    List<Call> calls = new ArrayList<>();
    failures.forEach((name, why) -> calls.add(new Call(callers, bytecode, name, why)));
    return calls;
  }

  private static void note(List<String> failures, String verdict) {
    if (verdict.equals(AT_LAST)) {
      failures.clear();
    } else if (verdict.startsWith(FAILED)) {
      String why = verdict.substring(FAILED.length());
      if (!failures.contains(why)) {
        failures.add(why);
      }
    }
  }
}
