package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.rules.Numbers;

/** Ports that do not keep what they declare. */
final class CapabilityMutants {
  private CapabilityMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "CAP-1",
            "declares less after the third stop",
            "the capabilities changed in stop",
            Wraps.ports(CapabilityMutants::fading)),
        new Mutant(
            "CAP-2",
            "declares an MTU that it refuses",
            "is declared, but configure said",
            Wraps.ports(CapabilityMutants::boasting)),
        new Mutant(
            "CAP-2",
            "garbles frames longer than the ordinary MTU",
            "bytes did not reach the wire whole",
            Breaks.transmitted(CapabilityMutants::garbleLong)),
        new Mutant(
            "CAP-3",
            "takes an MTU that it does not declare",
            "configure took an MTU beyond the greatest",
            Wraps.ports(CapabilityMutants::pleasing)));
  }

  /** The same capabilities, to be changed in one point. */
  static Capabilities.Builder copy(Capabilities can) {
    return Capabilities.builder()
        .maxQueuePairs(can.maxQueuePairs())
        .offloads(can.txOffloads(), can.rxOffloads())
        .mtu(can.minMtu(), can.maxMtu())
        .frames(can.maxFrame(), can.frameRoom(), can.maxSegments())
        .lent(can.txLent(), can.rxLent())
        .features(can.features())
        .live(can.live());
  }

  private static Port fading(Port sound) {
    return new SamePort(sound) {
      private int stops;

      @Override
      public void stop() {
        port.stop();
        stops++;
      }

      @Override
      public Capabilities capabilities() {
        Capabilities can = port.capabilities();
        return stops < 3 ? can : copy(can).lent(can.txLent(), can.rxLent() - 1).build();
      }
    };
  }

  private static Port boasting(Port sound) {
    return new SamePort(sound) {
      @Override
      public Capabilities capabilities() {
        Capabilities can = port.capabilities();
        return copy(can).mtu(can.minMtu(), can.maxMtu() + 1).build();
      }
    };
  }

  private static void garbleLong(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.JUMBO) {
      entries.flip(burst, i);
    }
  }

  private static Port pleasing(Port sound) {
    return new SamePort(sound) {
      @Override
      public void configure(PortSettings settings) throws DriverException {
        int most = port.capabilities().maxMtu();
        port.configure(settings.mtu() == most + 3 ? settings.withMtu(most) : settings);
      }
    };
  }
}
