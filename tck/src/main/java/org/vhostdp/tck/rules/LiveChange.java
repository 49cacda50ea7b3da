package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Settings that change while frames flow. */
final class LiveChange {
  private static final int WAITING = 8;
  private static final int PAIRS = 3;
  private static final int SENT = 30;

  /** A checksum of the kit's own: from here to the frame's end, its field the first two bytes. */
  private static final int SUM_START = 30;

  private LiveChange() {}

  static void offloadsHoldAtOnce(Trial trial) throws Exception {
    PortSettings settings = PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL);
    OpenPort port = OpenPort.start(trial, Harness.Request.plain(), settings);
    require(
        port.wire().traits().contains(Trait.OFFLOADS),
        "the port declares live receive offloads, but the harness's wire lacks the trait OFFLOADS");
    for (int i = 0; i < WAITING; i++) {
      port.send(partial(Numbers.LIVE_OFFLOADS + i));
    }
    require(
        !ours(port, 1, trial).isEmpty(), "with the offload csum no frame with a partial sum came");
    for (int i = WAITING; i < 2 * WAITING; i++) {
      port.send(partial(Numbers.LIVE_OFFLOADS + i));
    }
    port.port().configure(PortSettings.defaults());
    List<WireFrame> after = ours(port, WAITING, trial);
    // A device that cannot make the checksum good any more may drop such a frame, not lose it.
    require(
        after.size() + dropped(port) >= WAITING,
        "frames that had arrived before a live change never came, nor were counted as dropped");
    for (WireFrame frame : after) {
      require(
          (frame.flags() & Offload.CSUM_PARTIAL) == 0,
          "a frame without a checksum came after a live change forbade that");
      require(
          sum(frame.bytes(), SUM_START) == 0xFFFF,
          "a live change took the offload csum, but the driver did not make the checksum good");
    }
  }

  private static List<WireFrame> ours(OpenPort port, int count, Trial trial) throws Exception {
    List<WireFrame> ours = new ArrayList<>();
    Deadline end = trial.deadline();
    while (ours.size() < count && !end.passed()) {
      for (WireFrame frame : port.receive(0, 1, end)) {
        if (Frames.ours(frame.bytes())) {
          ours.add(frame);
        }
      }
    }
    return ours;
  }

  private static long dropped(OpenPort port) {
    Statistics counters = new Statistics();
    port.port().statistics(counters);
    return counters.rxDropped;
  }

  private static WireFrame partial(int number) {
    byte[] frame = Frames.numbered(number, 128);
    frame[SUM_START] = 0;
    frame[SUM_START + 1] = 0;
    return new WireFrame(frame, Offload.CSUM_PARTIAL, Offload.pack(SUM_START, 0, 0, 0), 0);
  }

  /** The ones' complement sum of 16-bit words from an index to the end. */
  private static int sum(byte[] frame, int from) {
    ByteBuffer words = ByteBuffer.wrap(frame, from, frame.length - from);
    int sum = 0;
    while (words.remaining() > 1) {
      sum += words.getShort() & 0xFFFF;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }

  static void inactivePairsReceiveNothing(Trial trial) throws Exception {
    OpenPort port = OpenPort.start(trial, new Harness.Request(PAIRS, 0));
    PortSettings settings = PortSettings.defaults().withQueuePairs(PAIRS);
    Traffic.send(port, Numbers.INACTIVE, SENT);
    trial.observe(
        "Frames on each queue, all active: " + List.of(arrived(port, trial, Numbers.INACTIVE)));
    port.port().configure(settings.withActiveQueuePairs(1));
    Traffic.send(port, Numbers.INACTIVE + SENT, SENT);
    Integer[] came = arrived(port, trial, Numbers.INACTIVE + SENT);
    for (int queue = 1; queue < PAIRS; queue++) {
      require(
          came[queue] == 0, "%d frames came on queue %d, which is not active", came[queue], queue);
    }
    require(came[0] > 0, "no frame came on the one active queue of %d", PAIRS);
  }

  /** Frames from this one on by queue, until all that were sent came or patience ends. */
  private static Integer[] arrived(OpenPort port, Trial trial, int first) throws Exception {
    Integer[] came = new Integer[PAIRS];
    Arrays.fill(came, 0);
    int all = 0;
    Deadline end = trial.deadline();
    while (all < SENT && !end.passed()) {
      for (int queue = 0; queue < PAIRS; queue++) {
        for (WireFrame frame : port.receive(queue, 1, Duration.ZERO)) {
          int ours = Frames.number(frame.bytes()) >= first ? 1 : 0;
          came[queue] += ours;
          all += ours;
        }
      }
    }
    return came;
  }
}
