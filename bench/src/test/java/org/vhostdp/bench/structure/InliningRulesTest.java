package org.vhostdp.bench.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Executable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.bench.structure.InliningLog.Unit;

/** That the checks of {@link InliningTest} find what they are made for. */
@Timeout(600)
class InliningRulesTest {
  private static final String HEAD =
      "1272 1023       4       org.vhostdp.dataplane.net.TransmitPath::poll (153 bytes)";

  private static List<String> findings(String... lines) {
    List<String> all = new ArrayList<>(List.of(HEAD));
    all.addAll(Arrays.asList(lines));
    return InliningRules.findings(InliningLog.parse(all), HotMethods::judged, OutOfLine.ALLOWED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  @ 9   a.B::c (9 bytes)   failed to inline: NodeCountInliningCutoff",
        "  @ 9   a.B::c (9 bytes)   inline (hot)   failed to inline: NodeCountInliningCutoff",
        "  @ 9   a.B::c (9 bytes)   failed to inline: inlining too deep",
        "  @ 9   a.B::c (9 bytes)   failed to inline: recursive inlining is too deep",
        "  @ 9   a.B::c (9 bytes)   failed to inline: size > DesiredMethodLimit",
        "  @ 9   a.B::c (9 bytes)   failed to inline: unloaded signature classes",
        "  @ 9   a.B::c (9 bytes)   failed to inline: virtual call",
        "  @ 9   a.B::c (not loaded)   failed to inline: not inlineable",
        "  @ 9   a.B::c (999 bytes)   failed to inline: callee is too large",
        "  @ 9   a.B::c (999 bytes)   failed to inline: hot method too big",
        "! @ 9   a.B::c (999 bytes)   failed to inline: already compiled into a big method",
        "  @ 9   jdk.internal.misc.Unsafe::getLong (5 bytes)   failed to inline: too big",
        "  @ 9   a.B::c (9 bytes)   failed to inline: anything that C2 may say one day",
      })
  void aCallLeftInAHotUnitIsFound(String line) {
    List<String> found = findings(line);
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.getFirst().contains("TransmitPath::poll @ 9 calls "), found.getFirst());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  @ 9   jdk.internal.misc.Unsafe::getLong (0 bytes)   (intrinsic)",
        "  @ 9   a.B::c (5 bytes)   accessor",
        "  @ 9   a.B::c (5 bytes)   force inline by annotation   late inline succeeded",
        "  @ 9   a.B::c (5 bytes)   failed to inline: virtual call   late inline succeeded",
        "  @ 9   a.B::c (99 bytes)   failed to inline: low call site frequency",
        "  @ 9   a.B::<init> (9 bytes)   failed to inline: don't inline Throwable constructors",
        "  @ 44   org.vhostdp.dataplane.net.TransmitPath::sendCopies (142 bytes)"
            + "   failed to inline: already compiled into a big method",
      })
  void whatIsInlinedOrSeldomCalledIsNot(String line) {
    assertEquals(List.of(), findings(line));
  }

  @Test
  void theCallerOfACallIsTheMethodAboveIt() {
    List<String> found =
        findings(
            "    @ 15   a.Ring::collect (94 bytes)   inline (hot)",
            "      @ 1   a.Ring::clear (9 bytes)   inline (hot)",
            "!     @ 8   a.Ring::read (87 bytes)   inline (hot)",
            "        @ 20   a.Ring::walk (223 bytes)   failed to inline: hot method too big",
            "    @ 44   a.Ring::end (5 bytes)   failed to inline: virtual call");
    assertEquals(2, found.size(), found.toString());
    assertTrue(found.getFirst().startsWith("a.Ring::read @ 20 calls a.Ring::walk"));
    assertTrue(found.getLast().startsWith("org.vhostdp.dataplane.net.TransmitPath::poll @ 44"));
  }

  @Test
  void eachReceiverOfACallIsJudged() {
    String twice =
        "  @ 4   a.Packed::flush (40 bytes)   inline (hot)   callee changed to  a.Split::flush (35"
            + " bytes)   failed to inline: virtual call   callee changed to  a.Side::publish (48"
            + " bytes)    \\-> TypeProfile (10706/21414 counts) = a/Split";
    List<String> found = findings(twice, "    @ 1   a.Split::store (400 bytes)   inline (hot)");
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.getFirst().contains("@ 4 calls a.Split::flush"), found.getFirst());
    List<Unit> units = InliningLog.parse(List.of(HEAD, twice));
    assertEquals(
        List.of(),
        InliningRules.notCompiled(units, List.of("a.Packed::flush")),
        "inlined is compiled");
    assertEquals(1, InliningRules.notCompiled(units, List.of("a.Split::flush")).size());
  }

  @Test
  void theLastCodeOfAMethodCounts() {
    String bad = "  @ 9   a.B::c (9 bytes)   failed to inline: virtual call";
    assertEquals(List.of(), findings(bad, HEAD));
    assertEquals(1, findings(HEAD, bad).size());
    String osr = "99 9 %     4       org.vhostdp.dataplane.net.TransmitPath::poll @ 8 (153 bytes)";
    assertEquals(List.of(), findings(osr, bad), "code entered in a loop is left for good");
    assertEquals(List.of(), findings("99 9       4       a.B::c (9 bytes)", bad), "not hot");
  }

  @Test
  void aMethodThatC2GaveUpIsFound() {
    List<String> found = findings(HEAD + "   COMPILE SKIPPED: out of nodes (not retryable)");
    assertEquals(1, found.size());
    assertTrue(found.getFirst().contains("out of nodes"));
    assertFalse(
        InliningRules.notCompiled(
                InliningLog.parse(List.of(HEAD + "   COMPILE SKIPPED: out of nodes")),
                List.of("org.vhostdp.dataplane.net.TransmitPath::poll"))
            .isEmpty());
  }

  @Test
  void trapsCountInTheSteadyStateOnly() {
    List<String> log =
        List.of(
            "[1795371448054ms] cid= 869     level=4 a.B.c()V trap_bci=3 unstable_if reinterpret",
            "[1795371448055ms] cid= 871     level=4 a.B.d()V trap_bci=6 unstable_if reinterpret",
            "[1795371448999ms] cid= 874     level=4 a.B.e()V trap_bci=8 unstable_if reinterpret");
    List<String> found = Traps.steady(log, List.of("steady from 1795371448055 to 1795371448999"));
    assertEquals(1, found.size());
    assertTrue(found.getFirst().contains("a.B.d()V trap_bci=6 unstable_if"));
  }

  @Test
  void aMethodWithTooManyAccessesIsFoundInARealJvm() throws Exception {
    ChildJvm jvm = ChildJvm.run(Overgrown.class, List.of());
    assertEquals(0, jvm.exit(), jvm::ending);
    List<String> found =
        InliningRules.findings(
            InliningLog.parse(jvm.compiler()),
            method -> method.startsWith(Overgrown.class.getName()),
            OutOfLine.ALLOWED);
    assertTrue(
        found.stream().anyMatch(f -> f.contains("NodeCountInliningCutoff")), found::toString);
  }

  @Test
  void aHotPathThatMeetsNewBranchesLateIsFoundInARealJvm() throws Exception {
    ChildJvm jvm =
        ChildJvm.run(
            HotPath.class,
            List.of("split-transmit-small-copied", "late:split-transmit-scattered-copied"));
    assertEquals(0, jvm.exit(), jvm::ending);
    List<String> traps = Traps.steady(jvm.traps(), jvm.said());
    assertTrue(
        traps.stream().anyMatch(trap -> trap.contains("org.vhostdp.dataplane.")), traps::toString);
  }

  @Test
  void theListsNameMethodsThatExist() {
    List<String> names = new ArrayList<>(HotMethods.of(Variation.all()));
    for (OutOfLine exception : OutOfLine.ALLOWED) {
      names.add(qualified(exception.caller()));
      names.add(qualified(exception.callee()));
    }
    for (String name : names) {
      String[] parts = name.split("::");
      assertTrue(declares(parts[0], parts[1]), name + " does not exist (any more)");
    }
  }

  private static String qualified(String name) {
    return Stream.of(
            "dataplane.io.",
            "dataplane.net.",
            "dataplane.ring.",
            "driver.loopback.",
            "spi.",
            "bench.structure.")
        .map(folder -> "org.vhostdp." + folder + name)
        .filter(full -> declares(full.split("::")[0], full.split("::")[1]))
        .findFirst()
        .orElse(name);
  }

  private static boolean declares(String type, String method) {
    try {
      Class<?> found = Class.forName(type, false, InliningRulesTest.class.getClassLoader());
      return Arrays.stream(found.getDeclaredMethods())
          .map(Executable::getName)
          .anyMatch(method::equals);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
