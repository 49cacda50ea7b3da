package org.vhostdp.bench.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.bench.structure.InliningLog.Unit;

/**
 * C2 inlines what the hot path is made of, and what it compiled stays. Each group of variations
 * runs in a JVM of its own, as each sees other branches and types.
 */
@Timeout(600)
class InliningTest {
  static List<Named<List<Variation>>> groups() {
    return List.of(
        group("split ring, plain frames", v -> v.plain() && !v.packed() && !v.foreign()),
        group("packed ring, plain frames", v -> v.plain() && v.packed() && !v.foreign()),
        group("both rings, plain frames", v -> v.plain() && !v.foreign()),
        group("split ring, everything", v -> !v.packed()),
        group("packed ring, everything", Variation::packed));
  }

  private static Named<List<Variation>> group(String name, Predicate<Variation> which) {
    return Named.of(name, Variation.all().stream().filter(which).toList());
  }

  @ParameterizedTest
  @MethodSource("groups")
  void theHotPathIsInlinedAndStaysCompiled(List<Variation> variations) throws Exception {
    ChildJvm jvm = run(HotPath.class, variations);
    List<String> findings = findings(jvm, variations);
    findings.addAll(Traps.steady(jvm.traps(), jvm.said()));
    assertTrue(findings.isEmpty(), () -> advice(findings));
  }

  @Test
  void theTurnsOfAnIoThreadDoNotSwallowTheirPathsHalf() throws Exception {
    List<Variation> plain =
        Variation.all().stream().filter(v -> v.plain() && !v.foreign()).toList();
    List<String> findings = findings(run(IoLoop.class, plain), plain);
    assertTrue(findings.isEmpty(), () -> advice(findings));
  }

  private static String advice(List<String> findings) {
    return String.join("\n", findings)
        + "\nKeep the methods small; a call made once per burst only may be listed in OutOfLine.";
  }

  private static ChildJvm run(Class<?> main, List<Variation> variations) throws Exception {
    ChildJvm jvm = ChildJvm.run(main, variations.stream().map(Variation::toString).toList());
    assertEquals(0, jvm.exit(), jvm::ending);
    return jvm;
  }

  private static List<String> findings(ChildJvm jvm, List<Variation> variations) {
    List<Unit> units = InliningLog.parse(jvm.compiler());
    List<String> findings = new ArrayList<>();
    findings.addAll(InliningRules.notCompiled(units, HotMethods.of(variations)));
    findings.addAll(InliningRules.findings(units, HotMethods::judged, OutOfLine.ALLOWED));
    return findings;
  }
}
