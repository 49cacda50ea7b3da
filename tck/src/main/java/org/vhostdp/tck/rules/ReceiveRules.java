package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
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

/** Receiving; into foreign memory is with the rules of that. */
final class ReceiveRules {
  private static final int SHORTEST = 60;
  private static final int UNTOUCHED = -77;

  private ReceiveRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "RX-1",
            "never more than asked, whole frames, 0 if empty",
            "receive returns at most max entries, whole frames only; 0 if there is none.",
            ReceiveRules::neverMoreThanAsked),
        rule(
            "RX-2",
            "received bytes are identical from 60 to the MTU",
            "The bytes are those of the wire, without frame check sequence.",
            ReceiveRules::bytesAreThoseOfTheWire),
        rule(
            "RX-3",
            "received bytes are stable until released",
            "Received bytes are stable until released.",
            HeldFrames::areStableUntilReleased),
        rule(
            "RX-5",
            "oversize frames are not silently cut",
            "What was too long for the device's frames is counted as dropped, never cut silently.",
            Losses::tooLongIsNeverCutSilently),
        rule(
            "RX-6",
            "frames for a full ring are counted",
            "Frames that arrive faster than they are received wait in the device; those that it has"
                + " no room for are counted as dropped.",
            Losses::fullRingIsCounted),
        rule(
            "RX-7",
            "every entry is described",
            "Every entry is described: its bytes lie inside one of the port's regions, and"
                + " Offload.MORE stands on all but the last entry of its frame.",
            ReceiveRules::everyEntryIsDescribed),
        new Rule(
            "RX-8",
            "timestamps never go back",
            "RxQueue",
            "With Offload.TIMESTAMP in the settings every frame has a timestamp, and those of a"
                + " queue never go back.",
            Group.RECEIVE,
            Need.rxOffload("receive timestamps", Offload.TIMESTAMP),
            ReceiveRules::timestampsNeverGoBack));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "RxQueue", sentence, Group.RECEIVE, Need.NOTHING, test);
  }

  private static void neverMoreThanAsked(Trial trial) throws Exception {
    OpenPort port = trial.start();
    RxQueue rx = port.rx(0);
    Burst burst = new Burst(OpenPort.BURST);
    Traffic.send(port, Numbers.RX_ENTRIES, OpenPort.BURST);
    int[] asked = {0, 1, 2, 3, 5, 8};
    int came = 0;
    Deadline end = trial.deadline();
    for (int i = 0; came < OpenPort.BURST && !end.passed(); i++) {
      int max = asked[i % asked.length];
      Arrays.fill(burst.length, UNTOUCHED);
      int entries = rx.receive(burst, max);
      require(
          entries >= 0 && entries <= max,
          "receive was asked for %d entries and gave %d",
          max,
          entries);
      require(burst.length[max] == UNTOUCHED, "receive wrote beyond the %d entries asked for", max);
      came += numbers(port.frames(burst, entries));
      rx.release(burst, 0, entries);
    }
    require(came == OpenPort.BURST, "%d of %d frames were received", came, OpenPort.BURST);
    requireEmpty(port, burst);
  }

  private static int numbers(List<WireFrame> frames) {
    return (int) frames.stream().filter(frame -> Frames.ours(frame.bytes())).count();
  }

  /** What comes now is foreign or nothing. */
  private static void requireEmpty(OpenPort port, Burst burst) {
    int entries = port.rx(0).receive(burst, OpenPort.BURST);
    int ours = numbers(port.frames(burst, Math.max(0, entries)));
    port.rx(0).release(burst, 0, Math.max(0, entries));
    require(entries >= 0 && ours == 0, "receive of an empty queue returned %d", entries);
  }

  private static void bytesAreThoseOfTheWire(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int longest = Math.min(1500, port.port().capabilities().maxMtu()) + 14;
    for (int from = SHORTEST; from <= longest; from += OpenPort.BURST) {
      int to = Math.min(longest + 1, from + OpenPort.BURST);
      for (int length = from; length < to; length++) {
        port.send(Frames.numbered(length, length));
      }
      List<byte[]> came = Traffic.received(trial, port, to - from);
      for (byte[] frame : came) {
        byte[] sent = Frames.numbered(Frames.number(frame), Frames.number(frame));
        require(
            Arrays.equals(frame, sent),
            "a frame of %d bytes was received with other bytes: %s",
            sent.length,
            difference(sent, frame));
      }
      require(
          came.size() == to - from,
          "%d of %d frames from %d bytes on were received",
          came.size(),
          to - from,
          from);
    }
  }

  static String difference(byte[] sent, byte[] came) {
    return sent.length != came.length
        ? "it had " + came.length
        : "the first differs at " + Arrays.mismatch(sent, came);
  }

  private static void everyEntryIsDescribed(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Burst burst = new Burst(OpenPort.BURST);
    Traffic.send(port, Numbers.RX_DESCRIBED, OpenPort.BURST);
    int came = 0;
    Deadline end = trial.deadline();
    while (came < OpenPort.BURST && !end.passed()) {
      int entries = port.rx(0).receive(burst, OpenPort.BURST);
      for (int i = 0; i < entries; i++) {
        requireDescribed(port, burst, i);
      }
      require(
          entries == 0 || (burst.flags[entries - 1] & Offload.MORE) == 0,
          "the last of %d received entries has MORE",
          entries);
      came += numbers(port.frames(burst, entries));
      port.rx(0).release(burst, 0, entries);
    }
    require(came == OpenPort.BURST, "%d of %d described frames came", came, OpenPort.BURST);
  }

  private static void requireDescribed(OpenPort port, Burst burst, int i) {
    long size = port.memory(burst.region[i]).byteSize();
    boolean inside =
        burst.length[i] > 0 && burst.offset[i] >= 0 && burst.offset[i] + burst.length[i] <= size;
    require(
        inside,
        "a received entry of %d bytes at %d is outside its region of %d",
        burst.length[i],
        burst.offset[i],
        size);
    int beyond = burst.flags[i] & ~Offload.KNOWN;
    require(beyond == 0, "a received entry has flags that name nothing: 0x%x", beyond);
  }

  private static void timestampsNeverGoBack(Trial trial) throws Exception {
    PortSettings settings = PortSettings.defaults().withRxOffloads(Offload.TIMESTAMP);
    OpenPort port = OpenPort.start(trial, Harness.Request.plain(), settings);
    Burst burst = new Burst(OpenPort.BURST);
    long last = Long.MIN_VALUE;
    int came = 0;
    Deadline end = trial.deadline();
    for (int sent = 0; came < 3 * OpenPort.BURST && !end.passed(); ) {
      for (; sent - came < OpenPort.BURST && sent < 3 * OpenPort.BURST; sent++) {
        port.send(Traffic.frame(Numbers.RX_TIMED + sent));
      }
      int entries = port.rx(0).receive(burst, 8);
      came += numbers(port.frames(burst, entries));
      for (int i = 0; i < entries; i++) {
        boolean first = i == 0 || (burst.flags[i - 1] & Offload.MORE) == 0;
        if (first) {
          require((burst.flags[i] & Offload.TIMESTAMP) != 0, "a frame came without a timestamp");
          require(
              burst.timestamp[i] >= last,
              "a timestamp went back by %d ns",
              last - burst.timestamp[i]);
          last = burst.timestamp[i];
        }
      }
      port.rx(0).release(burst, 0, entries);
    }
    require(came == 3 * OpenPort.BURST, "%d of %d timed frames came", came, 3 * OpenPort.BURST);
  }
}
