package org.vhostdp.tck.rule;

/** Tries one rule. */
@FunctionalInterface
public interface RuleTest {
  /**
   * @param trial the driver, its wire, and what the test needs to use them
   * @throws Broken if the rule is broken, with the sentence for the report
   * @throws Exception anything else is a failure of the rule too
   */
  void run(Trial trial) throws Exception;
}
