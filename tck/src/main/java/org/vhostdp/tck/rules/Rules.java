package org.vhostdp.tck.rules;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.vhostdp.tck.rule.Rule;

/** Every rule of the kit, in the order of their groups. */
public final class Rules {
  private static final List<Rule> ALL =
      Stream.of(
              LifeRules.rules(),
              ConfigRules.rules(),
              CapabilityRules.rules(),
              ReceiveRules.rules(),
              TransmitRules.rules(),
              OwnershipRules.rules(),
              OrderRules.rules(),
              MultiqueueRules.rules(),
              OffloadRules.rules(),
              SteeringRules.rules(),
              ShapingRules.rules(),
              StatisticsRules.rules(),
              LinkRules.rules(),
              WakeupRules.rules(),
              ForeignMemoryRules.rules(),
              ThreadRules.rules(),
              FaultRules.rules(),
              LeakRules.rules(),
              SecurityRules.rules())
          .flatMap(List::stream)
          .toList();

  private Rules() {}

  /** All rules. */
  public static List<Rule> all() {
    return ALL;
  }

  /** A rule by its number. */
  public static Optional<Rule> find(String id) {
    return ALL.stream().filter(rule -> rule.id().equals(id)).findFirst();
  }
}
