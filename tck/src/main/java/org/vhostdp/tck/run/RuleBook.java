package org.vhostdp.tck.run;

import java.util.List;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Rule;

/**
 * What a run tries: the kit's own rules, always; the kit's tests have others to test the running
 * itself.
 *
 * @param rules every rule
 * @param mutants broken drivers that a wire's peer must notice
 * @param main the program of the processes, which knows the same rules
 */
record RuleBook(List<Rule> rules, List<Mutant> mutants, String main) {
  Rule rule(String id) {
    return rules.stream().filter(rule -> rule.id().equals(id)).findFirst().orElse(null);
  }

  Mutant mutant(String name) {
    return mutants.stream().filter(mutant -> mutant.name().equals(name)).findFirst().orElse(null);
  }
}
