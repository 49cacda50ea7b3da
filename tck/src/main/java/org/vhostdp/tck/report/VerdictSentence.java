package org.vhostdp.tck.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.Verdict;
import org.vhostdp.tck.rule.Trial;

/**
 * The verdict in one sentence: the driver, whether it passes, what was skipped and why. It is
 * computed from the rules and never holds a rate.
 */
public final class VerdictSentence {
  private static final int MOST_NAMED = 6;

  private VerdictSentence() {}

  /** The sentence. */
  public static String of(TckResult result) {
    Verdict verdict = result.verdict();
    String name = result.driver().id() + " " + result.driver().version();
    String skipped = skipped(result);
    String ending =
        verdict.passed()
            ? name + " passes: it keeps every rule" + (skipped.isEmpty() ? "" : " that applies")
            : name + " fails: " + why(result, verdict);
    return ending + skipped + untried(result) + ".";
  }

  /** Rules that passed without having been tried, because the harness offers no way to. */
  private static String untried(TckResult result) {
    List<String> rules =
        result.rules().stream()
            .filter(rule -> rule.observations().stream().anyMatch(VerdictSentence::isUntried))
            .map(RuleResult::id)
            .toList();
    return rules.isEmpty() ? "" : "; this wire offered no way to try " + Phrases.list(rules);
  }

  private static boolean isUntried(String observation) {
    return observation.startsWith(Trial.NOT_TRIED);
  }

  private static String why(TckResult result, Verdict verdict) {
    List<String> failed = ids(result, Status.FAIL);
    if (failed.isEmpty()) {
      String reason = verdict.reasons().getFirst();
      return Character.toLowerCase(reason.charAt(0)) + reason.substring(1, reason.length() - 1);
    }
    if (failed.size() <= MOST_NAMED) {
      return "it breaks the " + (failed.size() == 1 ? "rule " : "rules ") + Phrases.list(failed);
    }
    return "it breaks %d rules, %s among them"
        .formatted(failed.size(), String.join(", ", failed.subList(0, MOST_NAMED)));
  }

  private static String skipped(TckResult result) {
    Map<String, List<RuleResult>> needs = skippedByNeed(result);
    if (needs.isEmpty()) {
      return "";
    }
    int rules = needs.values().stream().mapToInt(List::size).sum();
    return "; %s skipped, because it does not declare %s"
        .formatted(
            rules == 1 ? "1 rule was" : rules + " rules were",
            Phrases.list(List.copyOf(needs.keySet())));
  }

  private static List<String> ids(TckResult result, Status status) {
    return result.rules().stream()
        .filter(rule -> rule.status() == status)
        .map(RuleResult::id)
        .toList();
  }

  /** Rules that were rightly skipped, by the ability that the driver does not declare. */
  static Map<String, List<RuleResult>> skippedByNeed(TckResult result) {
    Map<String, List<RuleResult>> needs = new LinkedHashMap<>();
    for (RuleResult rule : result.rules()) {
      if (rule.status() == Status.SKIP && !mustKeep(rule, result.abilities())) {
        needs.computeIfAbsent(rule.need(), need -> new ArrayList<>()).add(rule);
      }
    }
    return needs;
  }

  private static boolean mustKeep(RuleResult rule, List<String> declared) {
    return rule.need().isEmpty()
        || declared.contains(rule.need())
        || declared.containsAll(List.of(rule.need().split(" and ")));
  }
}
