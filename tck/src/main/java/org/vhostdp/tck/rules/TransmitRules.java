package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Transmitting. */
final class TransmitRules {
  private static final int SHORTEST = 60;
  private static final int FLOOD = 2000;
  private static final Duration SLOW = Duration.ofMillis(100);
  private static final int SLOW_CALLS = 3;

  /** A machine that was busy elsewhere makes calls look slow; not every time. */
  private static final int TRIES = 5;

  private TransmitRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "TX-1",
            "the count is the truth",
            "transmit accepts a prefix of whole frames and returns how many entries that is. What"
                + " it accepts goes to the wire, what it does not accept does not.",
            TransmitRules::countIsTheTruth),
        rule(
            "TX-2",
            "the rejected tail is untouched",
            "The rejected tail is untouched: memory, arrays and ownership are the caller's.",
            Refusals::rejectedTailIsUntouched),
        rule(
            "TX-3",
            "the status says why",
            "If the result is less than count, status[first + result] says why: Burst.FULL means"
                + " try again later; any other value means this frame can never be sent, and the"
                + " caller drops it.",
            Refusals::statusSaysWhy),
        rule(
            "TX-4",
            "a full device never blocks",
            "A full device never blocks the caller.",
            TransmitRules::fullDeviceNeverBlocks),
        rule(
            "TX-5",
            "accepted frames need no further call",
            "Accepted frames reach the wire without another call.",
            TransmitRules::acceptedFramesNeedNoFurtherCall),
        rule(
            "TX-6",
            "sent bytes are identical from 60 to the MTU",
            "The bytes on the wire are those of the frame.",
            TransmitRules::bytesOnTheWireAreThoseOfTheFrame),
        rule(
            "TX-7",
            "runts are padded with zeros",
            "A frame of fewer than 60 bytes, Ethernet header included, may be padded to 60; the"
                + " padding is zero.",
            TransmitRules::runtsArePaddedWithZeros),
        rule(
            "TX-8",
            "one bad frame does not hurt the next",
            "A refused frame does not hurt those before and after it.",
            Refusals::badFrameDoesNotHurtTheNext));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "TxQueue", sentence, Group.TRANSMIT, Need.NOTHING, test);
  }

  private static void countIsTheTruth(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int number = Numbers.TX_COUNT;
    for (int round = 0; round < 4; round++) {
      byte[][] frames = new byte[16][];
      for (int i = 0; i < frames.length; i++) {
        frames[i] = Traffic.frame(number++);
      }
      Burst burst = Traffic.claimed(trial, port, frames);
      int accepted = port.tx(0).transmit(burst, 0, frames.length);
      require(
          accepted >= 0 && accepted <= frames.length,
          "transmit of %d entries returned %d",
          frames.length,
          accepted);
      port.tx(0).unclaim(burst, accepted, frames.length - accepted);
      List<byte[]> seen = Traffic.seen(trial, port, accepted);
      require(
          seen.size() == accepted,
          "transmit accepted %d frames, but the wire saw %d",
          accepted,
          seen.size());
    }
    // Nothing of what was not accepted, either.
    Traffic.transmit(port, number, 1, "after all");
    List<Integer> last = Traffic.numbers(Traffic.seen(trial, port, 1));
    require(last.equals(List.of(number)), "the wire saw frames that were not accepted: %s", last);
  }

  private static void fullDeviceNeverBlocks(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int slow = SLOW_CALLS;
    for (int i = 0; i < TRIES && slow >= SLOW_CALLS; i++) {
      slow = slowCalls(trial, port);
    }
    require(slow < SLOW_CALLS, "transmit blocked the caller %d times for 100 ms or more", slow);
  }

  /** Fills the device; calls that took long, until there are too many. */
  private static int slowCalls(Trial trial, OpenPort port) throws Exception {
    // What a try before this one left.
    Traffic.seen(port, FLOOD, trial.silence());
    TxQueue tx = port.tx(0);
    Burst burst = new Burst(1);
    int slow = 0;
    int full = 0;
    for (int i = 0; i < FLOOD && full < OpenPort.BURST && slow < SLOW_CALLS; i++) {
      long begin = System.nanoTime();
      if (tx.claim(burst, 1) == 0) {
        full++;
      } else {
        port.fill(burst, 0, WireFrame.plain(Traffic.frame(Numbers.TX_FULL + i)));
        int accepted = tx.transmit(burst, 0, 1);
        tx.unclaim(burst, 0, 1 - accepted);
        full += 1 - accepted;
      }
      slow += System.nanoTime() - begin > SLOW.toNanos() ? 1 : 0;
    }
    if (slow < SLOW_CALLS) {
      trial.observe(
          full > 0 ? "The device became full" : FLOOD + " frames did not fill the device");
    }
    return slow;
  }

  private static void acceptedFramesNeedNoFurtherCall(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int i = 0; i < 5; i++) {
      byte[] frame = Traffic.frame(Numbers.TX_ALONE + i);
      Traffic.transmit(port, Numbers.TX_ALONE + i, 1, "alone");
      List<byte[]> seen = Traffic.seen(trial, port, 1);
      require(
          seen.size() == 1 && Arrays.equals(seen.getFirst(), frame),
          "a frame sent alone did not reach the wire without another call");
    }
  }

  private static void bytesOnTheWireAreThoseOfTheFrame(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int longest = Math.min(1500, port.port().capabilities().maxMtu()) + 14;
    for (int from = SHORTEST; from <= longest; from += OpenPort.BURST) {
      int to = Math.min(longest + 1, from + OpenPort.BURST);
      for (int length = from; length < to; length++) {
        require(
            port.transmit(0, Frames.numbered(length, length)),
            "no room for a frame of %d bytes",
            length);
      }
      List<byte[]> seen = Traffic.seen(trial, port, to - from);
      for (byte[] frame : seen) {
        byte[] sent = Frames.numbered(Frames.number(frame), Frames.number(frame));
        require(
            Arrays.equals(frame, sent),
            "a transmitted frame of %d bytes has other bytes on the wire: %s",
            sent.length,
            ReceiveRules.difference(sent, frame));
      }
      require(
          seen.size() == to - from,
          "the wire saw %d of %d frames from %d bytes on",
          seen.size(),
          to - from,
          from);
    }
  }

  private static void runtsArePaddedWithZeros(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int length = Frames.SHORTEST; length < SHORTEST; length++) {
      byte[] frame = Frames.numbered(length, length);
      Burst burst = Traffic.claimed(trial, port, frame);
      long offset = burst.offset[0];
      // What a claimed frame held before must not reach the wire.
      port.memory(burst.region[0])
          .asSlice(offset + length, burst.room[0] - length)
          .fill((byte) 0xff);
      Traffic.transmitAll(trial, port, burst, "a frame of " + length + " bytes");
      List<byte[]> seen = Traffic.seen(trial, port, 1);
      require(seen.size() == 1, "a frame of %d bytes did not reach the wire", length);
      byte[] came = seen.getFirst();
      require(
          came.length == length || came.length == SHORTEST,
          "a frame of %d bytes has %d on the wire",
          length,
          came.length);
      require(
          Arrays.equals(came, Arrays.copyOf(frame, came.length)),
          "the padding of a frame of %d bytes is not zero",
          length);
    }
  }
}
