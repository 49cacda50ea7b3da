package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.stream.Stream;

/** Every mutant, at least one for each rule. */
public final class Mutants {
  private static final List<Mutant> ALL =
      Stream.of(
              LifeMutants.mutants(),
              ConfigMutants.mutants(),
              CapabilityMutants.mutants(),
              ReceiveMutants.mutants(),
              TransmitMutants.mutants(),
              OwnershipMutants.mutants(),
              OrderMutants.mutants(),
              MultiqueueMutants.mutants(),
              OffloadMutants.mutants(),
              SteeringMutants.mutants(),
              ShapingMutants.mutants(),
              StatisticsMutants.mutants(),
              LinkMutants.mutants(),
              WakeupMutants.mutants(),
              ForeignMemoryMutants.mutants(),
              ThreadMutants.mutants(),
              FaultMutants.mutants(),
              LeakMutants.mutants(),
              SecurityMutants.mutants())
          .flatMap(List::stream)
          .toList();

  private Mutants() {}

  /** All mutants. */
  public static List<Mutant> all() {
    return ALL;
  }

  /** The mutants that break a rule. */
  public static List<Mutant> of(String rule) {
    return ALL.stream().filter(mutant -> mutant.rule().equals(rule)).toList();
  }
}
