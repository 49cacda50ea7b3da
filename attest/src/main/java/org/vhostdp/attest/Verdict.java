package org.vhostdp.attest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The verdict as it follows from what was tried.
 *
 * @param passed whether every rule of the kit was tried, none failed, each skipped one needs an
 *     ability that is not declared, and at least one mutant was tried and all of them were caught
 * @param reasons why not, a sentence each; empty if passed
 */
public record Verdict(boolean passed, List<String> reasons) {
  /** Copies. */
  public Verdict {
    reasons = List.copyOf(reasons);
  }

  /** Computes it; the verdict that the result states is not looked at. */
  public static Verdict of(TckResult result) {
    List<String> reasons = new ArrayList<>();
    if (result.rules().isEmpty()) {
      reasons.add("No rule was tried.");
    } else if (result.rules().size() != result.kit().count()) {
      reasons.add(
          "The result has %d rules, and its kit has %d."
              .formatted(result.rules().size(), result.kit().count()));
    }
    Set<String> declared = Set.copyOf(result.abilities());
    for (TckResult.RuleResult rule : result.rules()) {
      if (rule.status() == TckResult.Status.FAIL) {
        reasons.add("The rule %s failed.".formatted(rule.id()));
      } else if (rule.status() == TckResult.Status.SKIP && mustKeep(rule.need(), declared)) {
        reasons.add(
            rule.need().isEmpty()
                ? "The rule %s was skipped, and every driver must keep it.".formatted(rule.id())
                : "The rule %s was skipped, although the driver declares %s."
                    .formatted(rule.id(), rule.need()));
      }
    }
    if (result.mutants().isEmpty()) {
      reasons.add("No mutant was tried, so that nobody knows whether the wire shows faults.");
    }
    for (TckResult.MutantResult mutant : result.mutants()) {
      if (!mutant.killed()) {
        reasons.add(
            "The mutant %s, which breaks %s, was not caught."
                .formatted(mutant.name(), mutant.rule()));
      }
    }
    return new Verdict(reasons.isEmpty(), reasons);
  }

  /** A need of two abilities is written "this and that", and may stand in the list as parts. */
  private static boolean mustKeep(String need, Set<String> declared) {
    return need.isEmpty()
        || declared.contains(need)
        || declared.containsAll(Arrays.asList(need.split(" and ")));
  }
}
