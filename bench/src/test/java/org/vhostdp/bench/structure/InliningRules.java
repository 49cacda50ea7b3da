package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.vhostdp.bench.structure.InliningLog.Call;
import org.vhostdp.bench.structure.InliningLog.Unit;

/** What C2 must have made of the hot path. Each finding is one sentence. */
final class InliningRules {
  /**
   * C2 asks how often a call is made. These say: seldom, or only to throw. Such a call costs
   * nothing where it stands.
   */
  private static final Set<String> SELDOM =
      Set.of(
          "low call site frequency",
          "never executed",
          "too big",
          "already compiled into a medium method",
          "exception method",
          "don't inline Throwable constructors");

  /** The same without those that the size of the callee explains. */
  private static final Set<String> NEVER =
      Set.of(
          "low call site frequency",
          "never executed",
          "exception method",
          "don't inline Throwable constructors");

  /** Reasons that mean: the callee itself is large. It is a unit of its own. */
  private static final Set<String> LARGE =
      Set.of("hot method too big", "already compiled into a big method");

  /** One access to memory becomes a tree of these; left half inlined, it costs 20 times as much. */
  private static final List<String> ACCESS =
      List.of(
          "jdk.internal.foreign.", "jdk.internal.misc.", "java.lang.foreign.", "java.lang.invoke.");

  private InliningRules() {}

  /**
   * Judges the last code of each method.
   *
   * @param judged which units are hot
   * @param allowed calls that may stay calls
   */
  static List<String> findings(
      List<Unit> units, Predicate<String> judged, Collection<OutOfLine> allowed) {
    Map<String, Unit> last = new LinkedHashMap<>();
    for (Unit unit : units) {
      if (!unit.osr() && judged.test(unit.method())) {
        last.put(unit.method(), unit);
      }
    }
    Set<String> findings = new TreeSet<>();
    for (Unit unit : last.values()) {
      if (!unit.skipped().isEmpty()) {
        findings.add("C2 gave " + unit.method() + " up: " + unit.skipped());
      }
      for (Call call : unit.calls()) {
        for (String reason : call.failures()) {
          if (!harmless(call, reason, allowed)) {
            findings.add(
                "%s @ %d calls %s, which is not inlined: %s (in the code of %s)"
                    .formatted(
                        String.join(" or ", call.callers()),
                        call.bytecode(),
                        call.callee(),
                        reason,
                        unit.method()));
          }
        }
      }
    }
    return new ArrayList<>(findings);
  }

  private static boolean harmless(Call call, String reason, Collection<OutOfLine> allowed) {
    if (ACCESS.stream().anyMatch(call.callee()::startsWith)) {
      return NEVER.contains(reason);
    }
    // A call of the ring or the driver through its type, a few times a burst: which kinds C2 had
    // seen
    // by then is a matter of luck where one process has both kinds of rings.
    boolean byType = reason.equals("virtual call");
    return SELDOM.contains(reason)
        || (LARGE.contains(reason) || byType)
            && allowed.stream()
                .anyMatch(a -> a.covers(call) && (!byType || a.why() == OutOfLine.Why.BURST));
  }

  /** Hot methods of which there is no code by C2, neither of their own nor inlined. */
  static List<String> notCompiled(List<Unit> units, Collection<String> hot) {
    Set<String> missing = new TreeSet<>(hot);
    for (Unit unit : units) {
      if (!unit.osr() && unit.skipped().isEmpty()) {
        missing.remove(unit.method());
        unit.calls().stream()
            .filter(call -> call.failures().isEmpty())
            .forEach(call -> missing.remove(call.callee()));
      }
    }
    return missing.stream().map(method -> method + " was never compiled by C2").toList();
  }
}
