package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Who owns a frame's memory, and until when. Foreign memory has rules of its own. */
final class OwnershipRules {
  /** A number of frames that no other test claims at once. */
  private static final int CLAIMED = 7;

  private static final int END = 1024;

  private OwnershipRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "OWN-1",
            "claimed frames are the caller's",
            "TxQueue",
            "claim lends empty frames. A claimed frame is transmitted or given back by unclaim; at"
                + " most Capabilities.txLent() frames of a queue are lent. A caller may write"
                + " anywhere inside a claimed frame, move its offset within it, and transmit"
                + " claimed frames in any order.",
            OwnershipRules::claimedFramesAreTheCallers),
        rule(
            "OWN-3",
            "no more are lent than declared",
            "RxQueue",
            "Frames are released in the order received; at most Capabilities.rxLent() are lent at"
                + " once, and a queue that has lent that many returns 0.",
            HeldFrames::noMoreAreLentThanDeclared),
        rule(
            "OWN-4",
            "a double release is detected",
            "TxQueue",
            "Giving back what was not lent is a mistake of the caller; the driver detects it,"
                + " throws IllegalStateException or counts it, and its frames stay sound.",
            OwnershipRules::doubleReleaseIsDetected),
        rule(
            "OWN-5",
            "a slow consumer is not overwritten",
            "RxQueue",
            "A slow consumer is not overwritten: while frames are lent, what arrives waits or is"
                + " dropped.",
            HeldFrames::slowConsumerIsNotOverwritten),
        rule(
            "OWN-6",
            "the pool is conserved",
            "TxQueue",
            "A frame that was sent or given back can be claimed again: none is ever lost.",
            OwnershipRules::poolIsConserved));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.OWNERSHIP, Need.NOTHING, test);
  }

  private static void claimedFramesAreTheCallers(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int most = port.port().capabilities().txLent();
    List<Burst> bursts = claimAll(port, most);
    for (int i = 0; i < bursts.size(); i++) {
      for (int j = 0; j < CLAIMED; j++) {
        fill(frame(port, bursts.get(i), j), (byte) (CLAIMED * i + j));
      }
    }
    for (int i = 0; i < bursts.size(); i++) {
      for (int j = 0; j < CLAIMED; j++) {
        MemorySegment frame = frame(port, bursts.get(i), j);
        byte written = (byte) (CLAIMED * i + j);
        boolean own =
            frame.get(ValueLayout.JAVA_BYTE, 0) == written
                && frame.get(ValueLayout.JAVA_BYTE, frame.byteSize() - 1) == written;
        require(own, "two claimed frames overlap: what was written into one changed another");
      }
    }
    for (Burst burst : bursts) {
      port.tx(0).unclaim(burst, 0, CLAIMED);
    }
    movedAndInAnyOrder(trial, port);
  }

  /** Both ends of a frame: all of a large pool would take long. */
  private static void fill(MemorySegment frame, byte value) {
    long end = Math.min(END, frame.byteSize());
    frame.asSlice(0, end).fill(value);
    frame.asSlice(frame.byteSize() - end).fill(value);
  }

  /** Claims whole bursts until none are left. */
  private static List<Burst> claimAll(OpenPort port, int most) {
    List<Burst> bursts = new ArrayList<>();
    TxQueue tx = port.tx(0);
    Burst burst = new Burst(CLAIMED);
    int lent = tx.claim(burst, CLAIMED);
    int all = lent;
    while (lent == CLAIMED && all <= most) {
      bursts.add(burst);
      burst = new Burst(CLAIMED);
      lent = tx.claim(burst, CLAIMED);
      all += lent;
    }
    tx.unclaim(burst, 0, lent);
    require(all <= most, "claim lent %d frames, declared are %d at most", all, most);
    require(all > 0, "claim lent nothing on a queue that has sent nothing");
    return bursts;
  }

  private static MemorySegment frame(OpenPort port, Burst burst, int i) {
    return port.memory(burst.region[i]).asSlice(burst.offset[i], burst.room[i]);
  }

  private static void movedAndInAnyOrder(Trial trial, OpenPort port) throws Exception {
    byte[][] frames = new byte[4][];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = Traffic.frame(i + 1);
    }
    Burst burst = new Burst(frames.length);
    Traffic.claim(trial, port.tx(0), burst, frames.length);
    reverse(burst);
    for (int i = 0; i < frames.length; i++) {
      burst.offset[i] += 10 + i;
      burst.length[i] = frames[i].length;
      MemorySegment.copy(
          MemorySegment.ofArray(frames[i]),
          0,
          port.memory(burst.region[i]),
          burst.offset[i],
          frames[i].length);
    }
    Traffic.transmitAll(trial, port, burst, "claimed frames in another order");
    List<byte[]> seen = Traffic.seen(trial, port, frames.length);
    for (int i = 0; i < seen.size(); i++) {
      require(
          Arrays.equals(seen.get(i), frames[i]),
          "a claimed frame whose offset was moved has other bytes on the wire");
    }
    require(seen.size() == frames.length, "claimed frames in another order were not all sent");
  }

  private static void reverse(Burst burst) {
    for (int i = 0, j = burst.capacity() - 1; i < j; i++, j--) {
      long offset = burst.offset[i];
      burst.offset[i] = burst.offset[j];
      burst.offset[j] = offset;
      int region = burst.region[i];
      burst.region[i] = burst.region[j];
      burst.region[j] = region;
    }
  }

  private static void doubleReleaseIsDetected(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Burst sent = Traffic.claimed(trial, port, Frames.numbered(1, 64), Frames.numbered(2, 64));
    long before = counted(port);
    port.tx(0).unclaim(sent, 0, 2);
    requireDetected(port, before, "unclaim", () -> port.tx(0).unclaim(sent, 0, 2));
    Burst received = new Burst(1);
    port.send(Frames.numbered(3, 64));
    Deadline end = trial.deadline();
    while (port.rx(0).receive(received, 1) == 0) {
      require(!end.passed(), "no frame came to be released twice");
    }
    port.rx(0).release(received, 0, 1);
    long then = counted(port);
    requireDetected(port, then, "release", () -> port.rx(0).release(received, 0, 1));
    claimsAreDistinct(port);
    Traffic.exchange(trial, port, 4, "after frames were given back twice");
  }

  private static void requireDetected(OpenPort port, long before, String call, Runnable again) {
    boolean thrown = false;
    try {
      again.run();
    } catch (IllegalStateException e) {
      thrown = true;
    }
    require(
        thrown || counted(port) > before,
        "a second %s of the same frames was neither refused nor counted",
        call);
  }

  /** The errors and the driver's own counters, whichever of them tells of lending. */
  private static long counted(OpenPort port) {
    Statistics counters = new Statistics();
    port.port().statistics(counters);
    long sum = counters.txErrors + counters.rxErrors;
    for (long more : counters.more().values()) {
      sum += more;
    }
    return sum;
  }

  private static void claimsAreDistinct(OpenPort port) {
    Burst burst = new Burst(OpenPort.BURST);
    int lent = port.tx(0).claim(burst, OpenPort.BURST);
    long distinct = Arrays.stream(burst.offset, 0, lent).distinct().count();
    port.tx(0).unclaim(burst, 0, lent);
    require(distinct == lent, "after a double unclaim one frame is lent twice");
  }

  private static void poolIsConserved(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int first = claimable(port);
    int number = 1;
    for (int round = 0; round < 20; round++) {
      Burst given = new Burst(5);
      Traffic.claim(trial, port.tx(0), given, 5);
      port.tx(0).unclaim(given, 0, 5);
      Traffic.transmit(port, number, 5, "round " + round);
      number += 5;
    }
    List<byte[]> seen = Traffic.seen(trial, port, number - 1);
    require(seen.size() == number - 1, "the wire saw %d of the pool's frames", seen.size());
    Deadline end = trial.deadline();
    int last = claimable(port);
    while (last < first && !end.passed()) {
      Thread.sleep(1);
      last = claimable(port);
    }
    require(last >= first, "%d frames could be claimed at first, %d in the end", first, last);
  }

  private static int claimable(OpenPort port) {
    Burst burst = new Burst(port.port().capabilities().txLent());
    int lent = port.tx(0).claim(burst, burst.capacity());
    port.tx(0).unclaim(burst, 0, lent);
    return lent;
  }
}
