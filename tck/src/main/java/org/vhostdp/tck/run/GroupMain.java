package org.vhostdp.tck.run;

import org.vhostdp.tck.mutant.WireMutants;
import org.vhostdp.tck.rules.Rules;

/** The program of a run's processes. It is told on standard input what to try; for nobody else. */
public final class GroupMain {
  private GroupMain() {}

  /** Every rule of the kit. */
  static RuleBook book() {
    return new RuleBook(Rules.all(), WireMutants.all(), GroupMain.class.getName());
  }

  /** Answers until standard input ends. */
  public static void main(String[] args) throws Exception {
    Answers.serve(book());
  }
}
