package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Steering;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Which queue a flow lands on. */
final class SteeringRules {
  private static final int FLOWS = 16;
  private static final int SPREAD_FLOWS = 64;
  private static final int ROUNDS = 4;
  private static final int KEY_BYTES = 40;
  private static final int TYPES_ON_THE_WIRE = Steering.HASH_UDP4 | Steering.HASH_IPV4;

  private static final Need SCALES =
      new Need(
              "receive-side scaling",
              port -> port.facet(Steering.class).map(SteeringRules::scales).orElse(false))
          .and(Need.multiqueue());

  private static final Need STEERS =
      new Need(
              "receive-side scaling or steering programs",
              port ->
                  port.facet(Steering.class)
                      .map(s -> scales(s) || !s.programs().isEmpty())
                      .orElse(false))
          .and(Need.multiqueue());

  private SteeringRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "STEER-1",
            "a flow stays on its queue",
            "Frames of one flow land on one queue as long as nothing is changed.",
            SCALES,
            SteeringRules::aFlowStaysOnItsQueue),
        rule(
            "STEER-2",
            "a change takes effect while frames flow",
            "A change takes effect while frames flow; when the call returns, new arrivals follow"
                + " it.",
            SCALES,
            SteeringRules::aChangeTakesEffectWhileFramesFlow),
        rule(
            "STEER-3",
            "flows are spread",
            "Many flows are spread over all the queues that the table names, and over no other.",
            SCALES,
            SteeringRules::flowsAreSpread),
        rule(
            "STEER-4",
            "reset restores",
            "After reset the device's own choice holds, as if nothing had been set.",
            SCALES,
            SteeringRules::resetRestores),
        rule(
            "STEER-5",
            "programs are those listed",
            "A program of a kind that is listed chooses the queue; any other is refused, and the"
                + " former choice stays.",
            STEERS,
            SteeringRules::programsAreThoseListed),
        rule(
            "STEER-6",
            "what is out of range is refused",
            "A queue, type or length out of range is refused, and the former table stays.",
            SCALES,
            SteeringRules::whatIsOutOfRangeIsRefused));
  }

  private static Rule rule(String id, String title, String sentence, Need need, RuleTest test) {
    return new Rule(id, title, "Steering", sentence, Group.STEERING, need, test);
  }

  private static boolean scales(Steering steering) {
    return (steering.hashTypes() & TYPES_ON_THE_WIRE) != 0;
  }

  /** Scales over these queues if the port can; its facet then. */
  static Optional<Steering> scaled(OpenPort port, int... table) throws Exception {
    Optional<Steering> steering = port.port().facet(Steering.class);
    if (steering.isEmpty() || !scales(steering.get())) {
      return Optional.empty();
    }
    scale(steering.get(), table);
    return steering;
  }

  static void scale(Steering steering, int... table) throws Exception {
    steering.scale(steering.hashTypes() & TYPES_ON_THE_WIRE, key(), table, table[0]);
  }

  private static byte[] key() {
    byte[] key = new byte[KEY_BYTES];
    new SplittableRandom(1).nextBytes(key);
    return key;
  }

  private static OpenPort start(Trial trial) throws Exception {
    return OpenPort.start(trial, new Harness.Request(2, 0));
  }

  private static Steering steering(OpenPort port) {
    return port.port().facet(Steering.class).orElseThrow();
  }

  /** Sends a frame of each flow; the ports that came on either queue. */
  private static List<List<Integer>> flows(Trial trial, OpenPort port, int first, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      port.send(Packet.udp(first + i, 40).frame());
    }
    List<List<Integer>> came = Sight.flows(trial, port, count, first, first + count);
    int all = came.get(0).size() + came.get(1).size();
    require(all == count, "of %d frames of as many flows %d came on both queues", count, all);
    return came;
  }

  static void aFlowStaysOnItsQueue(Trial trial) throws Exception {
    OpenPort port = start(trial);
    scale(steering(port), 0, 1, 1, 0);
    Set<Integer> before = null;
    for (int round = 0; round < ROUNDS; round++) {
      Set<Integer> now = new HashSet<>(flows(trial, port, Marks.ONE_FLOW, FLOWS).get(0));
      Set<Integer> moved = new HashSet<>(now);
      if (before != null) {
        moved.removeAll(before);
      }
      require(
          before == null || before.equals(now),
          "nothing was changed, but some of %d flows went to another queue: %s",
          FLOWS,
          moved);
      before = now;
    }
  }

  static void aChangeTakesEffectWhileFramesFlow(Trial trial) throws Exception {
    OpenPort port = start(trial);
    for (int round = 0; round < ROUNDS; round++) {
      int queue = round & 1;
      scale(steering(port), queue, queue, queue, queue);
      int came = flows(trial, port, Marks.MOVED_FLOW, FLOWS).get(queue).size();
      require(
          came == FLOWS,
          "the table was changed to queue %d alone, and %d of %d frames followed it",
          queue,
          came,
          FLOWS);
    }
  }

  static void flowsAreSpread(Trial trial) throws Exception {
    OpenPort port = start(trial);
    scale(steering(port), 0, 1, 0, 1, 0, 1, 0, 1);
    List<List<Integer>> came = flows(trial, port, Marks.SPREAD_FLOW, SPREAD_FLOWS);
    int least = Math.min(came.get(0).size(), came.get(1).size());
    trial.observe("of %d flows the lesser of two queues got %d".formatted(SPREAD_FLOWS, least));
    // Half each is what to expect; less than an eighth happens once in ten million keys.
    require(
        least >= SPREAD_FLOWS / 8,
        "of %d flows one queue got %d, the other %d",
        SPREAD_FLOWS,
        came.get(0).size(),
        came.get(1).size());
    scale(steering(port), 1, 1, 1, 1, 1, 1, 1, 1);
    int other = flows(trial, port, Marks.SPREAD_FLOW, SPREAD_FLOWS).get(0).size();
    require(other == 0, "%d flows came on a queue that the table does not name", other);
  }

  static void resetRestores(Trial trial) throws Exception {
    OpenPort port = start(trial);
    List<Integer> own = sizes(flows(trial, port, Marks.RESET_FLOW, FLOWS));
    for (int queue = 0; queue < 2; queue++) {
      scale(steering(port), queue, queue);
      flows(trial, port, Marks.RESET_FLOW, FLOWS);
      steering(port).reset();
      List<Integer> now = sizes(flows(trial, port, Marks.RESET_FLOW, FLOWS));
      require(
          own.equals(now),
          "of %d flows %s came on the two queues before the table was set, and %s after reset",
          FLOWS,
          own,
          now);
    }
  }

  private static List<Integer> sizes(List<List<Integer>> flows) {
    return flows.stream().map(List::size).toList();
  }

  static void programsAreThoseListed(Trial trial) throws Exception {
    OpenPort port = start(trial);
    Steering steering = steering(port);
    for (String kind : steering.programs()) {
      for (int queue = 0; queue < 2; queue++) {
        OptionalInt program = port.wire().program(kind, queue);
        require(
            program.isPresent(),
            "the driver lists programs of the kind \"%s\", but the wire has none to try",
            kind);
        steering.program(kind, program.getAsInt());
        int chosen = flows(trial, port, Marks.PROGRAM_FLOW, FLOWS).get(queue).size();
        require(
            chosen == FLOWS, "a program chose queue %d, and %d of %d came", queue, chosen, FLOWS);
      }
    }
    // The last program has chosen queue 1 so far.
    if (scales(steering)) {
      scale(steering, 1, 1);
    }
    refused(() -> steering.program("no-such-kind", 0), "a program of an unlisted kind");
    int kept = flows(trial, port, Marks.PROGRAM_FLOW, FLOWS).get(1).size();
    require(
        kept == FLOWS, "an unlisted program was refused, and %d of %d flows stayed", kept, FLOWS);
  }

  static void whatIsOutOfRangeIsRefused(Trial trial) throws Exception {
    OpenPort port = start(trial);
    Steering steering = steering(port);
    scale(steering, 1, 1);
    int types = steering.hashTypes() & TYPES_ON_THE_WIRE;
    byte[] key = key();
    refused(() -> scale(steering, 0, 2), "a table that names queue 2 of two");
    refused(() -> scale(steering, 0, -1), "a table that names queue -1");
    refused(() -> steering.scale(types, key, new int[] {0, 0}, 7), "unclassified queue 7 of two");
    refused(() -> steering.scale(types, key, new int[3], 0), "a table of 3 entries");
    refused(
        () -> steering.scale(types, key, new int[2 * steering.maxTable()], 0),
        "a table twice as long as the longest");
    refused(() -> steering.scale(1 << 30, key, new int[2], 0), "a hash type that nobody knows");
    int kept = flows(trial, port, Marks.KEPT_FLOW, FLOWS).get(1).size();
    require(kept == FLOWS, "bad tables were refused, and %d of %d flows stayed", kept, FLOWS);
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void refused(Attempt attempt, String what) throws Exception {
    boolean taken = true;
    try {
      attempt.run();
    } catch (DriverException e) {
      taken = false;
    }
    require(!taken, "steering took %s", what);
  }
}
