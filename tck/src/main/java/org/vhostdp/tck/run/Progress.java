package org.vhostdp.tck.run;

import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/** Told of a run while it goes on, on the thread of the run. */
public interface Progress {
  /** Listens to nothing. */
  Progress SILENT = new Progress() {};

  /**
   * The driver was opened once.
   *
   * @param driver id and version
   * @param wire the harness in its own words
   * @param seed of the run
   * @param rules how many will be tried
   */
  default void begins(String driver, String wire, long seed, int rules) {}

  /** A broken driver was tried. */
  default void mutant(TckResult.MutantResult mutant) {}

  /** The next rules are of this group. */
  default void group(Group group, int rules) {}

  /**
   * A rule was tried.
   *
   * @param n which of its group it was, from 1
   * @param of how many its group has
   */
  default void rule(Rule rule, Outcome outcome, int n, int of) {}
}
