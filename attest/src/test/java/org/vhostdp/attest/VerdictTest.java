package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  private static void assertVerdict(
      List<String> reasons,
      List<TckResult.RuleResult> rules,
      List<TckResult.MutantResult> mutants) {
    // What is stated is the opposite, since it must not matter.
    TckResult result = Samples.result(Map.of(), rules, mutants, !reasons.isEmpty());
    assertEquals(new Verdict(reasons.isEmpty(), reasons), result.verdict());
  }

  private static List<TckResult.RuleResult> skipping(String need) {
    return List.of(Samples.rule("A-1", need, TckResult.Status.SKIP));
  }

  @Test
  void skipsOfUndeclaredAbilitiesPass() {
    assertVerdict(List.of(), Samples.rules(), Samples.mutants());
    assertVerdict(List.of(), skipping("multiqueue and steering"), Samples.mutants());
  }

  @Test
  void aFailedRuleFails() {
    assertVerdict(
        List.of("The rule A-1 failed."),
        List.of(Samples.rule("A-1", "", TckResult.Status.FAIL)),
        Samples.mutants());
  }

  @Test
  void aDeclaredAbilityMayNotBeSkipped() {
    for (String need : List.of("multiqueue", "multiqueue and interrupts")) {
      assertVerdict(
          List.of("The rule A-1 was skipped, although the driver declares " + need + "."),
          skipping(need),
          Samples.mutants());
    }
  }

  @Test
  void whatEveryDriverMustKeepMayNotBeSkipped() {
    assertVerdict(
        List.of("The rule A-1 was skipped, and every driver must keep it."),
        skipping(""),
        Samples.mutants());
  }

  @Test
  void nothingTriedIsNothingPassed() {
    assertVerdict(List.of("No rule was tried."), List.of(), Samples.mutants());
    assertVerdict(
        List.of("No mutant was tried, so that nobody knows whether the wire shows faults."),
        Samples.rules(),
        List.of());
  }

  @Test
  void aMissedMutantFails() {
    assertVerdict(
        List.of("The mutant Loses, which breaks TX-1, was not caught."),
        Samples.rules(),
        List.of(new TckResult.MutantResult("Loses", "TX-1", false, "")));
  }

  @Test
  void aPartOfTheKitIsNotEnough() throws Exception {
    String text = Samples.result(Map.of()).text().replace("\"count\": 3", "\"count\": 4");
    assertEquals(
        List.of("The result has 3 rules, and its kit has 4."),
        TckResult.parse(text, "r").verdict().reasons());
  }
}
