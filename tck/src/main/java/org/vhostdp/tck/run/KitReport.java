package org.vhostdp.tck.run;

import org.vhostdp.attest.TckResult;

/**
 * What a run came to.
 *
 * @param result what result.json says; of a run that left rules out it never says "pass"
 * @param partial whether rules of the kit were left out
 * @param seed the run's
 */
public record KitReport(TckResult result, boolean partial, long seed) {
  /** "pass", "fail", or "partial": rules were left out, and none of those tried failed. */
  public String verdict() {
    if (result.passed()) {
      return "pass";
    }
    return failed() ? "fail" : "partial";
  }

  /** Whether a rule failed, a mutant was not noticed, or a skip was not legal. */
  public boolean failed() {
    return !partial && !result.passed()
        || result.rules().stream().anyMatch(r -> r.status() == TckResult.Status.FAIL)
        || result.mutants().stream().anyMatch(mutant -> !mutant.killed());
  }

  /** How many rules ended in a way. */
  public long count(TckResult.Status status) {
    return result.rules().stream().filter(rule -> rule.status() == status).count();
  }
}
