package org.vhostdp.tck.rule;

import java.util.List;

/**
 * What came of one rule.
 *
 * @param rule its number
 * @param status passed, failed, or skipped because its ability is not declared
 * @param sentence why it failed or was skipped; "" if it passed
 * @param seed repeats the trial
 * @param observations figures and facts
 * @param nanos how long it took
 */
public record Outcome(
    String rule, Status status, String sentence, long seed, List<String> observations, long nanos) {
  /** The three ways a trial ends. */
  public enum Status {
    PASS,
    FAIL,
    SKIP
  }
}
