package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** The order of frames, and how often each comes. */
final class OrderRules {
  private static final int ROUNDS = 6;
  private static final int BEFORE = 10;

  private OrderRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "ORD-1",
            "received in order",
            "RxQueue",
            "Frames of a queue are received in the order in which they arrived.",
            OrderRules::receivedInOrder),
        rule(
            "ORD-2",
            "sent in order",
            "TxQueue",
            "Accepted frames of a queue go to the wire in the order in which they were"
                + " transmitted.",
            OrderRules::sentInOrder),
        rule(
            "ORD-3",
            "no duplicates",
            "TxQueue",
            "No frame is doubled: each is sent once, and received once.",
            OrderRules::noFrameIsDoubled),
        rule(
            "ORD-4",
            "no replay after restart",
            "Port",
            "Frames of before a stop are not replayed after the next start.",
            OrderRules::noReplayAfterRestart));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.ORDER, Need.NOTHING, test);
  }

  private static void receivedInOrder(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int round = 0; round < ROUNDS; round++) {
      int first = Numbers.RX_ORDER + round * OpenPort.BURST;
      Traffic.send(port, first, OpenPort.BURST);
      requireOrder(
          Traffic.received(trial, port, OpenPort.BURST),
          first,
          "frames were received out of order");
    }
  }

  private static void sentInOrder(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int round = 0; round < ROUNDS; round++) {
      int first = Numbers.TX_ORDER + round * OpenPort.BURST;
      Traffic.transmitAll(trial, port, burst(trial, port, first), "frames in order");
      requireOrder(
          Traffic.seen(trial, port, OpenPort.BURST), first, "the wire saw frames out of order");
    }
  }

  private static Burst burst(Trial trial, OpenPort port, int first) throws Exception {
    byte[][] frames = new byte[OpenPort.BURST][];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = Traffic.frame(first + i);
    }
    return Traffic.claimed(trial, port, frames);
  }

  private static void requireOrder(List<byte[]> frames, int first, String otherwise) {
    List<Integer> came = Traffic.numbers(frames);
    require(
        came.equals(Traffic.numbers(first, OpenPort.BURST)),
        "%s: from %d on came %s",
        otherwise,
        first,
        came);
  }

  private static void noFrameIsDoubled(Trial trial) throws Exception {
    OpenPort port = trial.start();
    List<Integer> seen = new ArrayList<>();
    List<Integer> came = new ArrayList<>();
    int number = Numbers.ONCE;
    for (int round = 0; round < ROUNDS; round++, number += OpenPort.BURST) {
      Traffic.transmitAll(trial, port, burst(trial, port, number), "frames, each once");
      seen.addAll(Traffic.numbers(Traffic.seen(trial, port, OpenPort.BURST)));
      Traffic.send(port, number, OpenPort.BURST);
      came.addAll(Traffic.numbers(Traffic.received(trial, port, OpenPort.BURST)));
    }
    seen.addAll(Traffic.numbers(Traffic.seen(port, 1, trial.silence())));
    came.addAll(Traffic.numbers(Traffic.received(port, 1, Duration.ZERO)));
    requireOnce(seen, "the wire saw");
    requireOnce(came, "the queue received");
  }

  private static void requireOnce(List<Integer> numbers, String who) {
    HashSet<Integer> once = new HashSet<>();
    for (int number : numbers) {
      require(once.add(number), "%s frame %d more than once", who, number);
    }
    require(once.size() == ROUNDS * OpenPort.BURST, "%s only %d frames", who, once.size());
  }

  private static void noReplayAfterRestart(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Traffic.transmit(port, Numbers.REPLAY, BEFORE, "before stop");
    int before = Traffic.seen(trial, port, BEFORE).size();
    require(before == BEFORE, "the wire saw %d of %d frames before stop", before, BEFORE);
    Traffic.send(port, Numbers.REPLAY, BEFORE);
    Traffic.received(trial, port, BEFORE / 2);
    // The others have arrived by then, and wait: what came later would be no replay.
    Thread.sleep(trial.silence().dividedBy(4));
    port.port().stop();
    port.start();
    int after = Numbers.REPLAY + BEFORE;
    port.send(Traffic.frame(after));
    Traffic.transmit(port, after, 1, "after restart");
    requireFirst(Traffic.seen(trial, port, 1), after, "the wire saw");
    requireFirst(Traffic.received(trial, port, 1), after, "the queue received");
  }

  private static void requireFirst(List<byte[]> frames, int number, String who) {
    List<Integer> numbers = Traffic.numbers(frames);
    require(!numbers.isEmpty(), "after restart %s nothing", who);
    require(
        numbers.getFirst() == number,
        "%s a frame of before the stop after the next start: it was replayed",
        who);
  }
}
