package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Several queue pairs: they exist, and do not disturb each other. */
final class MultiqueueRules {
  private static final Harness.Request TWO = new Harness.Request(2, 0);
  private static final int FEW = 16;

  private MultiqueueRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "MQ-1",
            "a stalled queue holds up no other",
            "A queue that is stalled, because its frames are all lent or not fetched, does not hold"
                + " up the others.",
            MultiqueueRules::aStalledQueueHoldsUpNoOther),
        rule(
            "MQ-2",
            "the count is honoured",
            "As many queue pairs exist as were configured, each of its own; an index beyond them is"
                + " refused.",
            MultiqueueRules::theCountIsHonoured),
        rule(
            "MQ-3",
            "queues run in parallel",
            "Queues may be used at once, each by a thread of its own: no frame is lost, and each"
                + " queue keeps its order.",
            QueuesAtOnce::queuesRunInParallel));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "Port", sentence, Group.MULTIQUEUE, Need.multiqueue(), test);
  }

  static void aStalledQueueHoldsUpNoOther(Trial trial) throws Exception {
    OpenPort port = OpenPort.start(trial, TWO);
    int most = Math.min(port.port().capabilities().txLent(), 65_536);
    Burst held = new Burst(most);
    TxQueue stalled = port.tx(0);
    int lent = stalled.claim(held, most);
    try {
      for (int i = 0; i < FEW; i++) {
        require(
            port.transmit(1, Frames.numbered(Marks.STALLED + i, 64)),
            "while %d frames of transmit queue 0 were lent, queue 1 took %d of %d",
            lent,
            i,
            FEW);
      }
    } finally {
      stalled.unclaim(held, 0, lent);
    }
    int seen = Traffic.seen(trial, port, FEW).size();
    require(seen == FEW, "transmit queue 0 was stalled, and %d of %d frames came", seen, FEW);
    receiveBesideAStalledQueue(trial, port);
  }

  private static void receiveBesideAStalledQueue(Trial trial, OpenPort port) throws Exception {
    Optional<Steering> steering = SteeringRules.scaled(port, 0, 1);
    sendFlows(port, Marks.STALLED_FLOW);
    Burst held = new Burst(FEW);
    int lent = 0;
    int others = 0;
    Deadline end = trial.deadline();
    while (lent + others < FEW && !end.passed()) {
      others += count(Sight.now(port, 1), Marks.STALLED_FLOW);
      lent += lent == 0 ? port.rx(0).receive(held, held.capacity()) : 0;
      if (lent != 0 && others != 0) {
        break;
      }
    }
    if (steering.isPresent()) {
      SteeringRules.scale(steering.get(), 1, 1);
    }
    int second = Marks.STALLED_FLOW + FEW;
    sendFlows(port, second);
    int expected = steering.isPresent() ? FEW : Math.min(others, 1);
    int came = 0;
    end = trial.deadline();
    while (came < expected && !end.passed()) {
      came += count(Sight.now(port, 1), second);
    }
    port.rx(0).release(held, 0, lent);
    trial.observe("frames lent by the stalled receive queue: " + lent);
    require(
        came >= expected,
        "while receive queue 0 was stalled, queue 1 received %d of %d",
        came,
        expected);
  }

  private static void sendFlows(OpenPort port, int first) throws Exception {
    for (int i = 0; i < FEW; i++) {
      port.send(Packet.udp(first + i, 40).frame());
    }
  }

  /** How many frames are of the flows that begin with this one. */
  private static int count(List<WireFrame> frames, int first) {
    int count = 0;
    for (WireFrame frame : frames) {
      Packet packet = Packet.read(frame.bytes());
      count += packet != null && packet.port() >= first && packet.port() < first + FEW ? 1 : 0;
    }
    return count;
  }

  static void theCountIsHonoured(Trial trial) throws Exception {
    OpenPort port = OpenPort.start(trial, TWO);
    count(port, 2);
    for (int queue = 0; queue < 2; queue++) {
      byte[] frame = Frames.numbered(queue, 64);
      require(port.transmit(queue, frame), "queue %d of two takes no frame", queue);
    }
    int seen = Traffic.seen(trial, port, 2).size();
    require(seen == 2, "each of two queues sent a frame, and the wire saw %d", seen);
    port.port().stop();
    port.port().configure(PortSettings.defaults());
    count(port, 1);
  }

  private static void count(OpenPort port, int pairs) {
    List<Object> made = new ArrayList<>();
    for (int queue = 0; queue < pairs; queue++) {
      for (Object one : List.of(port.tx(queue), port.rx(queue))) {
        boolean other = made.stream().noneMatch(before -> before == one);
        require(other, "of %d queue pairs two are the same object", pairs);
        made.add(one);
      }
    }
    for (int beyond : new int[] {-1, pairs}) {
      refused(port::tx, "transmit", beyond, pairs);
      refused(port::rx, "receive", beyond, pairs);
    }
  }

  private static void refused(IntFunction<Object> queues, String what, int index, int pairs) {
    boolean given;
    try {
      given = queues.apply(index) != null;
    } catch (IndexOutOfBoundsException e) {
      given = false;
    }
    require(!given, "there is a %s queue %d of %d queue pairs", what, index, pairs);
  }
}
