package org.vhostdp.bench.peers;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The option that says what both sides end in. */
final class EndingOption {
  @Spec(Target.MIXEE)
  CommandSpec suite;

  private List<Ending> endings = List.of(Ending.REFERENCE);

  /** For picocli. */
  EndingOption() {}

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      description = {
        "What both sides end in: loopback (the reference driver, and testpmd's own modes; the"
            + " default), dpdk:net_null or dpdk:net_ring (DPDK's device, through driver-dpdk and"
            + " natively), or dpdk (both of these)."
      })
  void driver(String name) {
    endings =
        switch (name) {
          case "loopback" -> List.of(Ending.REFERENCE);
          case "dpdk" -> List.of(Ending.NET_NULL, Ending.NET_RING);
          case "dpdk:net_null" -> List.of(Ending.NET_NULL);
          case "dpdk:net_ring" -> List.of(Ending.NET_RING);
          default ->
              throw new ParameterException(
                  suite.commandLine(),
                  "There is no cell for the driver \""
                      + name
                      + "\": use loopback, dpdk, dpdk:net_null or dpdk:net_ring.");
        };
  }

  /** Whether the reference driver is asked for. */
  boolean isReference() {
    return endings.equals(List.of(Ending.REFERENCE));
  }

  /** The cells of a run. */
  List<Cell> cells(boolean quick) {
    List<Cell> cells = new ArrayList<>();
    endings.forEach(ending -> cells.addAll(Cell.all(quick, ending)));
    return cells;
  }
}
