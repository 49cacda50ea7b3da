package org.vhostdp.tck.run;

import java.time.Duration;
import java.util.List;

/**
 * How the kit is run.
 *
 * @param seed every rule's seed follows from it and the rule's number
 * @param only rules ({@code TX-1}, or {@code TX-1@SEED} with a seed of its own) and groups to try;
 *     empty: all. A run that leaves a rule out never passes.
 * @param repeat how often each rule is tried, each time with another seed; 1 or more
 * @param ruleLimit how long one rule may take
 * @param groupLimit how long the rules of one group may take together
 * @param patience how long a rule waits for a frame that must come
 */
public record KitOptions(
    long seed,
    List<String> only,
    int repeat,
    Duration ruleLimit,
    Duration groupLimit,
    Duration patience) {
  /** All rules once, a minute each, ten minutes a group. */
  public static KitOptions of(long seed) {
    return new KitOptions(
        seed, List.of(), 1, Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofSeconds(1));
  }

  /** The same for some rules or groups. */
  public KitOptions withOnly(List<String> words) {
    return new KitOptions(seed, List.copyOf(words), repeat, ruleLimit, groupLimit, patience);
  }

  /** The same, each rule several times. */
  public KitOptions withRepeat(int times) {
    return new KitOptions(seed, only, times, ruleLimit, groupLimit, patience);
  }

  /** The same with another limit for a rule. */
  public KitOptions withRuleLimit(Duration limit) {
    return new KitOptions(seed, only, repeat, limit, groupLimit, patience);
  }

  /** The same with another limit for a group. */
  public KitOptions withGroupLimit(Duration limit) {
    return new KitOptions(seed, only, repeat, ruleLimit, limit, patience);
  }

  /** The same, waiting longer or shorter for frames. */
  public KitOptions withPatience(Duration wait) {
    return new KitOptions(seed, only, repeat, ruleLimit, groupLimit, wait);
  }
}
