package org.vhostdp.dataplane.steering;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.QueuePolicy;

/**
 * What the operator says about steering: a policy, and rules that go before it. Immutable.
 *
 * <p>Policies are {@code auto} (a flow is received where it was last sent from), {@code
 * policy:NAME} (a {@link QueuePolicy} found by its name) and {@code ebpf:PATH} (a program pinned
 * there, for a driver that takes one). Rules are described at {@link FlowRule}. What a guest sets
 * by itself, receive-side scaling, goes before the policy, not before the rules.
 */
public final class SteeringSpec {
  /** A flow is received where it was last sent from. */
  public static final SteeringSpec AUTO = new SteeringSpec("auto", List.of());

  private static final String AUTOMATIC = "auto";
  private static final String NAMED = "policy:";
  private static final String PROGRAM = "ebpf:";

  /** PATH_MAX of linux/limits.h, less the closing zero. */
  private static final int MOST_PATH = 4095;

  /** Rules are tried one by one for every frame. */
  private static final int MOST_RULES = 256;

  private final String policy;
  private final List<FlowRule> rules;

  private SteeringSpec(String policy, List<FlowRule> rules) {
    this.policy = policy;
    this.rules = List.copyOf(rules);
  }

  /**
   * Reads what an operator wrote.
   *
   * @param policy {@code auto}, {@code policy:NAME} or {@code ebpf:PATH}
   * @param flows rules, first match wins
   * @throws SteeringRefused if the policy is unknown, or a rule cannot be read
   */
  public static SteeringSpec of(String policy, List<String> flows) throws SteeringRefused {
    if (flows.size() > MOST_RULES) {
      throw new SteeringRefused(
          "There are " + flows.size() + " flow rules; a port takes at most " + MOST_RULES + ".");
    }
    String checked = checked(policy.strip());
    List<FlowRule> rules = new ArrayList<>();
    for (String line : flows) {
      rules.add(FlowRule.of(line));
    }
    return new SteeringSpec(checked, rules);
  }

  private static String checked(String policy) throws SteeringRefused {
    if (policy.startsWith(NAMED)) {
      KnownPolicies.require(policy.substring(NAMED.length()));
    } else if (policy.startsWith(PROGRAM)) {
      checkPath(policy.substring(PROGRAM.length()));
    } else if (!policy.equals(AUTOMATIC)) {
      throw new SteeringRefused(
          "The steering policy "
              + Quoted.of(policy)
              + " is unknown; write \"auto\", \"policy:NAME\" or \"ebpf:/sys/fs/bpf/PATH\".");
    }
    return policy;
  }

  private static void checkPath(String path) throws SteeringRefused {
    boolean printable = path.chars().allMatch(c -> c >= ' ' && c != 0x7F);
    if (!path.startsWith("/")
        || !printable
        || path.getBytes(StandardCharsets.UTF_8).length > MOST_PATH
        || !Path.of(path).normalize().toString().equals(path)) {
      throw new SteeringRefused(
          "The steering program "
              + Quoted.of(path)
              + " is no plain absolute path; name where it is pinned, like"
              + " \"ebpf:/sys/fs/bpf/steer\".");
    }
  }

  /**
   * Refuses rules to queue pairs that a port has not.
   *
   * @param queues queue pairs of the port
   */
  public void check(int queues) throws SteeringRefused {
    for (FlowRule rule : rules) {
      if (rule.queue() >= queues) {
        throw new SteeringRefused(
            "The flow rule \""
                + rule
                + "\" names queue "
                + rule.queue()
                + ", but the port has "
                + (queues == 1 ? "only queue 0." : "queues 0 to " + (queues - 1) + " only."));
      }
    }
  }

  /** As given: {@code auto}, {@code policy:NAME} or {@code ebpf:PATH}. */
  public String policy() {
    return policy;
  }

  /** The rules as text that {@link #of} reads as the same. */
  public List<String> flows() {
    return rules.stream().map(FlowRule::toString).toList();
  }

  /** Whether frames are to be steered here even where the driver would choose a queue itself. */
  public boolean decidesHere() {
    return !rules.isEmpty() || policy.startsWith(NAMED);
  }

  /** Where the program is pinned that the driver is to use, or null. */
  public String program() {
    return policy.startsWith(PROGRAM) ? policy.substring(PROGRAM.length()) : null;
  }

  /** A new policy of the name, or null if this names none, or it has gone. */
  QueuePolicy named() {
    return policy.startsWith(NAMED) ? KnownPolicies.find(policy.substring(NAMED.length())) : null;
  }

  FlowRule[] rules() {
    return rules.toArray(FlowRule[]::new);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SteeringSpec o && policy.equals(o.policy) && rules.equals(o.rules);
  }

  @Override
  public int hashCode() {
    return 31 * policy.hashCode() + rules.hashCode();
  }

  @Override
  public String toString() {
    return rules.isEmpty() ? policy : policy + " " + rules;
  }
}
