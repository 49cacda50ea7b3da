package org.vhostdp.tck.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Looks for frames of a certain kind, at the port or at the far end, and passes over others. */
final class Sight {
  private Sight() {}

  /** The next such frame at the far end, or empty when patience ends. */
  static Optional<WireFrame> far(Trial trial, OpenPort port, Predicate<WireFrame> kind)
      throws Exception {
    Deadline end = trial.deadline();
    do {
      Optional<WireFrame> frame = port.wire().receive(end.step());
      if (frame.isPresent() && kind.test(frame.get())) {
        return frame;
      }
    } while (!end.passed());
    return Optional.empty();
  }

  /** The next such frame that arrives at queue 0, or empty when patience ends. */
  static Optional<WireFrame> near(Trial trial, OpenPort port, Predicate<WireFrame> kind)
      throws Exception {
    Deadline end = trial.deadline();
    do {
      for (WireFrame frame : port.receive(0, 1, end)) {
        if (kind.test(frame)) {
          return Optional.of(frame);
        }
      }
    } while (!end.passed());
    return Optional.empty();
  }

  /** Transmits a frame and returns what of that kind the far end sees. */
  static WireFrame sent(
      Trial trial, OpenPort port, WireFrame frame, Predicate<WireFrame> kind, String what)
      throws Exception {
    Trial.require(port.transmit(0, frame), "there was no room to transmit %s", what);
    return far(trial, port, kind).orElseThrow(() -> new Broken("the wire did not see " + what));
  }

  /** Sends a frame from the far end and returns what of that kind arrives. */
  static WireFrame received(
      Trial trial, OpenPort port, WireFrame frame, Predicate<WireFrame> kind, String what)
      throws Exception {
    port.send(frame);
    return near(trial, port, kind).orElseThrow(() -> new Broken("there did not arrive " + what));
  }

  /** Frames that are packets of ours to a port. */
  static Predicate<WireFrame> packetTo(int port) {
    return frame -> {
      Packet packet = Packet.read(frame.bytes());
      return packet != null && packet.port() == port;
    };
  }

  /** Whatever arrives now on a queue, without waiting for more; released at once. */
  static List<WireFrame> now(OpenPort port, int queue) throws Exception {
    return port.receive(queue, 1, Duration.ZERO);
  }

  /** Ports of the packets that arrive on each of two queues until so many came. */
  static List<List<Integer>> flows(Trial trial, OpenPort port, int count, int low, int high)
      throws Exception {
    List<List<Integer>> queues = List.of(new ArrayList<>(), new ArrayList<>());
    Deadline end = trial.deadline();
    while (queues.get(0).size() + queues.get(1).size() < count && !end.passed()) {
      for (int queue = 0; queue < 2; queue++) {
        for (WireFrame frame : now(port, queue)) {
          Packet packet = Packet.read(frame.bytes());
          if (packet != null && packet.port() >= low && packet.port() < high) {
            queues.get(queue).add(packet.port());
          }
        }
      }
    }
    return queues;
  }
}
