package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** What a port says that it can do. */
final class CapabilityRules {
  /** Most queue pairs that a wire is asked for. */
  private static final int PAIRS = 4;

  /** Most entries of a frame that is tried. */
  private static final int SEGMENTS = 8;

  private static final int PIECE = 40;

  private CapabilityRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "CAP-1",
            "capabilities stay while open",
            "Port",
            "capabilities() does not change while the port is open.",
            CapabilityRules::capabilitiesStay),
        rule(
            "CAP-2",
            "declared use works",
            "Capabilities",
            "What is declared works.",
            CapabilityRules::declaredUseWorks),
        rule(
            "CAP-3",
            "undeclared use is refused",
            "Capabilities",
            "What is not declared is refused when used.",
            CapabilityRules::undeclaredUseIsRefused));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.CAPABILITIES, Need.NOTHING, test);
  }

  private static void capabilitiesStay(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.open(wire);
    String first = numbers(port.capabilities());
    port.configure(PortSettings.defaults());
    requireSame(port, first, "configure");
    OpenPort open = OpenPort.of(trial, wire, port);
    for (int i = 1; i <= 3; i++) {
      open.start();
      requireSame(port, first, "start");
      Traffic.exchange(trial, open, i, "after start " + i);
      requireSame(port, first, "traffic");
      port.stop();
      requireSame(port, first, "stop");
    }
  }

  private static void requireSame(Port port, String first, String after) {
    String now = numbers(port.capabilities());
    require(now.equals(first), "the capabilities changed in %s: from %s to %s", after, first, now);
  }

  private static String numbers(Capabilities can) {
    return List.of(
            can.maxQueuePairs(),
            can.txOffloads(),
            can.rxOffloads(),
            can.minMtu(),
            can.maxMtu(),
            can.maxFrame(),
            can.frameRoom(),
            can.maxSegments(),
            can.txLent(),
            can.rxLent(),
            can.features(),
            can.live())
        .toString();
  }

  private static void declaredUseWorks(Trial trial) throws Exception {
    Capabilities can = declaredSettingsAreTaken(trial);
    int pairs = Math.min(PAIRS, can.maxQueuePairs());
    OpenPort port = OpenPort.start(trial, new Harness.Request(pairs, 0));
    boolean foreign = can.has(Capabilities.FOREIGN_TX) || can.has(Capabilities.FOREIGN_RX);
    require(
        !foreign || port.port().facet(ForeignMemory.class).isPresent(),
        "foreign memory is declared, but the port has no such facet");
    for (int queue = 0; queue < pairs; queue++) {
      byte[] frame = Traffic.frame(queue + 1);
      require(port.transmit(queue, frame), "declared queue pair %d takes no frame", queue);
      require(
          Traffic.seen(trial, port, 1).size() == 1,
          "the wire saw nothing of declared queue pair %d",
          queue);
    }
    segmentsAreJoined(trial, port, Math.min(SEGMENTS, can.maxSegments()));
    Jumbo.passes(trial, can);
  }

  private static Capabilities declaredSettingsAreTaken(Trial trial) throws Exception {
    try (Wire wire = trial.harness().wire(Harness.Request.plain());
        Port port = trial.driver().open(trial.config(wire.config()), trial.host())) {
      Capabilities can = port.capabilities();
      requireTaken(port, can.minMtu());
      requireTaken(port, can.maxMtu());
      return can;
    }
  }

  private static void requireTaken(Port port, int mtu) {
    try {
      port.configure(PortSettings.defaults().withMtu(mtu));
    } catch (DriverException e) {
      require(false, "an MTU of %d is declared, but configure said: %s", mtu, e.getMessage());
    }
  }

  private static void segmentsAreJoined(Trial trial, OpenPort port, int count) throws Exception {
    byte[] whole = Frames.numbered(99, count * PIECE + PIECE);
    byte[][] pieces = new byte[count][];
    for (int i = 0; i < count; i++) {
      int end = i == count - 1 ? whole.length : (i + 1) * PIECE;
      pieces[i] = Arrays.copyOfRange(whole, i * PIECE, end);
    }
    Burst burst = Traffic.claimed(trial, port, pieces);
    for (int i = 0; i < count - 1; i++) {
      burst.flags[i] = Offload.MORE;
    }
    Traffic.transmitAll(trial, port, burst, "a frame of " + count + " entries, as declared");
    List<byte[]> seen = Traffic.seen(trial, port, 1);
    require(
        seen.size() == 1 && Arrays.equals(seen.getFirst(), whole),
        "a frame of %d entries did not reach the wire whole",
        count);
  }

  private static void undeclaredUseIsRefused(Trial trial) throws Exception {
    OpenPort open = trial.start();
    Capabilities can = open.port().capabilities();
    undeclaredFlagIsRefused(trial, open, can);
    tooManyEntriesAreRefused(trial, open, can);
    Port port = open.port();
    port.stop();
    PortSettings base = PortSettings.defaults();
    requireRefused(port, base.withMtu(can.maxMtu() + 3), "an MTU beyond the greatest");
    requireRefused(port, base.withQueuePairs(can.maxQueuePairs() + 3), "more queue pairs");
    if (can.maxQueuePairs() > 1 && !can.has(Capabilities.QUEUE_TOGGLE)) {
      PortSettings fewer = base.withQueuePairs(2).withActiveQueuePairs(1);
      requireRefused(port, fewer, "fewer active queue pairs");
    }
    for (int bit = Offload.CSUM_PARTIAL; bit <= Offload.TIMESTAMP; bit <<= 1) {
      if ((can.rxOffloads() & bit) == 0) {
        int gso = (bit & Offload.GSO_ANY) == 0 ? 0 : Offload.CSUM_PARTIAL;
        requireRefused(port, base.withRxOffloads(bit | gso), Capabilities.names(bit));
      }
    }
  }

  private static void requireRefused(Port port, PortSettings settings, String what) {
    boolean refused = false;
    try {
      port.configure(settings);
    } catch (DriverException e) {
      refused = true;
    }
    require(refused, "configure took %s, which is not declared", what);
  }

  private static void undeclaredFlagIsRefused(Trial trial, OpenPort port, Capabilities can)
      throws Exception {
    int undeclared = Offload.KNOWN & ~can.txOffloads() & ~Offload.MORE;
    if (undeclared == 0) {
      return;
    }
    Burst burst = Traffic.claimed(trial, port, Traffic.frame(1));
    burst.flags[0] = Integer.lowestOneBit(undeclared);
    int accepted = port.tx(0).transmit(burst, 0, 1);
    port.tx(0).unclaim(burst, 0, 1 - accepted);
    require(
        accepted == 0 && burst.status[0] == Burst.BAD_OFFLOAD,
        "a transmitted frame with the offload %s, which is not declared, was not refused as such",
        Capabilities.names(burst.flags[0]));
  }

  private static void tooManyEntriesAreRefused(Trial trial, OpenPort port, Capabilities can)
      throws Exception {
    int entries = can.maxSegments() + 1;
    if (entries > can.txLent()) {
      return;
    }
    byte[][] pieces = new byte[entries][];
    for (int i = 0; i < entries; i++) {
      pieces[i] = i == 0 ? Traffic.frame(1) : new byte[1];
    }
    Burst burst = Traffic.claimed(trial, port, pieces);
    for (int i = 0; i < entries - 1; i++) {
      burst.flags[i] = Offload.MORE;
    }
    int accepted = port.tx(0).transmit(burst, 0, entries);
    port.tx(0).unclaim(burst, accepted, entries - accepted);
    require(accepted == 0, "a frame of %d entries was accepted, one more than declared", entries);
  }
}
