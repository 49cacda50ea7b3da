package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames that can never be sent, in front of, between and behind others. */
final class Refusals {
  private static final int FRAMES = 6;
  private static final int BAD = 2;

  private Refusals() {}

  /** Frames with one in the middle that is shorter than an Ethernet header. */
  private static Burst withBad(Trial trial, OpenPort port, int number, int length)
      throws Exception {
    byte[][] frames = new byte[FRAMES][];
    for (int i = 0; i < FRAMES; i++) {
      frames[i] = i == BAD ? new byte[length] : Traffic.frame(number + i);
    }
    return Traffic.claimed(trial, port, frames);
  }

  /** Transmits until the bad frame stops it; a full device is given time. */
  private static void transmitToBad(Trial trial, OpenPort port, Burst burst) throws Exception {
    Deadline end = trial.deadline();
    int done = 0;
    do {
      done += port.tx(0).transmit(burst, done, FRAMES - done);
    } while (done < BAD && burst.status[done] == Burst.FULL && !end.passed());
    require(
        done == BAD, "of %d frames with a bad one at %d transmit accepted %d", FRAMES, BAD, done);
  }

  static void rejectedTailIsUntouched(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Burst burst = withBad(trial, port, Numbers.TX_TAIL, 10);
    for (int i = 0; i < FRAMES; i++) {
      burst.offload[i] = 1000L + i;
      burst.vlan[i] = 2000 + i;
      burst.cookie[i] = 3000L + i;
      burst.status[i] = 4000 + i;
    }
    String arrays = tail(burst);
    byte[][] bytes = bytes(port, burst);
    transmitToBad(trial, port, burst);
    require(tail(burst).equals(arrays), "transmit changed the arrays of the rejected tail");
    require(
        Arrays.deepEquals(bytes(port, burst), bytes),
        "transmit changed the memory of the rejected tail");
    port.tx(0).unclaim(burst, BAD, 1);
    int rest = FRAMES - BAD - 1;
    int accepted = transmitRest(trial, port, burst);
    require(accepted == rest, "of the rejected tail's %d good frames %d went", rest, accepted);
    List<byte[]> seen = Traffic.seen(trial, port, FRAMES - 1);
    require(seen.size() == FRAMES - 1, "the rejected tail was accepted but not sent");
  }

  /** Transmits what is behind the bad frame; a full device is given time. */
  private static int transmitRest(Trial trial, OpenPort port, Burst burst) {
    Deadline end = trial.deadline();
    int at = BAD + 1;
    do {
      at += port.tx(0).transmit(burst, at, FRAMES - at);
    } while (at < FRAMES && burst.status[at] == Burst.FULL && !end.passed());
    return at - BAD - 1;
  }

  /** Everything that names the tail, but the one status that says why. */
  private static String tail(Burst b) {
    StringBuilder text = new StringBuilder();
    for (int i = BAD; i < FRAMES; i++) {
      text.append(
          List.of(
              b.region[i],
              b.offset[i],
              b.length[i],
              b.flags[i],
              b.offload[i],
              b.vlan[i],
              b.cookie[i],
              i == BAD ? 0 : b.status[i]));
    }
    return text.toString();
  }

  private static byte[][] bytes(OpenPort port, Burst burst) {
    byte[][] bytes = new byte[FRAMES - BAD][];
    for (int i = BAD; i < FRAMES; i++) {
      bytes[i - BAD] =
          port.memory(burst.region[i])
              .asSlice(burst.offset[i], burst.length[i])
              .toArray(ValueLayout.JAVA_BYTE);
    }
    return bytes;
  }

  static void statusSaysWhy(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int room = port.port().capabilities().frameRoom();
    requireForGood(trial, port, Numbers.NONSENSE_LENGTH, Burst.REFUSED);
    requireForGood(trial, port, room + 1, Burst.TOO_LONG);
    requireForGood(trial, port, 0, Burst.BAD_MEMORY);
    Traffic.exchange(trial, port, 1, "after frames that can never be sent");
  }

  private static void requireForGood(Trial trial, OpenPort port, int length, int reason)
      throws Exception {
    TxQueue tx = port.tx(0);
    Burst burst = Traffic.claimed(trial, port, Frames.numbered(1, 64));
    burst.length[0] = length;
    burst.status[0] = Burst.FULL;
    int accepted = tx.transmit(burst, 0, 1);
    int status = burst.status[0];
    tx.unclaim(burst, 0, 1 - accepted);
    require(accepted == 0, "a frame of %d bytes was accepted", length);
    require(
        status != Burst.FULL,
        "a frame of %d bytes, which can never be sent, has a status that says try again",
        length);
    // Too long for its memory and too long for the device are both true of such a frame.
    boolean either = reason == Burst.TOO_LONG && status == Burst.BAD_MEMORY;
    require(
        status == reason || either,
        "a frame of %d bytes was refused with status %d, not %d",
        length,
        status,
        reason);
  }

  static void badFrameDoesNotHurtTheNext(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Burst burst = withBad(trial, port, 1, Numbers.BAD_LENGTH);
    transmitToBad(trial, port, burst);
    port.tx(0).unclaim(burst, BAD, 1);
    int accepted = port.tx(0).transmit(burst, BAD + 1, FRAMES - BAD - 1);
    port.tx(0).unclaim(burst, BAD + 1 + accepted, FRAMES - BAD - 1 - accepted);
    List<Integer> seen = Traffic.numbers(Traffic.seen(trial, port, BAD + accepted));
    require(
        seen.equals(List.of(1, 2, 4, 5, 6)),
        "of the good frames 1, 2, 4, 5, 6 around a bad one the wire saw %s",
        seen);
  }
}
