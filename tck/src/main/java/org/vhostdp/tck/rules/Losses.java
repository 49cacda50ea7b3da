package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames that a port cannot receive, and what it counts. */
final class Losses {
  /** Bytes beyond the MTU: more than a header and two tags. */
  private static final int BEYOND = 115;

  /** More than any ring of a device is expected to hold. */
  private static final int FLOOD = 3000;

  private Losses() {}

  static void tooLongIsNeverCutSilently(Trial trial) throws Exception {
    PortSettings settings = PortSettings.defaults();
    OpenPort port = OpenPort.start(trial, new Harness.Request(1, 0), settings);
    int mtu = Math.min(1500, port.port().capabilities().maxMtu());
    port.port().stop();
    port.port().configure(settings.withMtu(mtu));
    port.start();
    long before = lost(port);
    byte[] tooLong = Frames.numbered(Numbers.RX_LONG, mtu + BEYOND);
    boolean sent = port.wire().send(WireFrame.plain(tooLong));
    byte[] after = Traffic.frame(Numbers.RX_LONG + 1);
    port.send(after);
    List<byte[]> came = Traffic.received(trial, port, 1);
    boolean whole = false;
    if (!came.isEmpty() && Frames.number(came.getFirst()) == Numbers.RX_LONG) {
      byte[] first = came.getFirst();
      require(
          Arrays.equals(first, tooLong),
          "a frame of %d bytes was cut to %d with an MTU of %d",
          tooLong.length,
          first.length,
          mtu);
      whole = true;
      came = came.size() > 1 ? came.subList(1, 2) : Traffic.received(trial, port, 1);
    }
    require(
        came.size() == 1 && Arrays.equals(came.getFirst(), after),
        "the frame after one that was too long did not come");
    require(
        whole || !sent || counted(trial, port, before, 1),
        "a frame that was too long vanished and was not counted as dropped");
    if (sent) {
      trial.observe(whole ? "It was received whole" : "It was counted as dropped");
    } else {
      trial.notTried("the peer cannot send a frame longer than the MTU");
    }
  }

  static void fullRingIsCounted(Trial trial) throws Exception {
    OpenPort port = trial.start();
    long before = lost(port);
    int sent = 0;
    while (sent < FLOOD
        && port.wire().send(WireFrame.plain(Traffic.frame(Numbers.RX_FLOOD + sent)))) {
      sent++;
    }
    Set<Integer> came = new HashSet<>();
    Deadline end = trial.deadline();
    while (came.size() + lost(port) - before < sent && !end.passed()) {
      List<byte[]> frames = Traffic.received(port, 1, end);
      if (came.addAll(Traffic.numbers(frames))) {
        end = trial.deadline();
      }
    }
    // What had not been counted when the last one was taken waits, if anything does.
    came.addAll(Traffic.numbers(Traffic.received(port, sent - came.size(), Duration.ZERO)));
    int missing = sent - came.size();
    trial.observe("Of %d frames that nobody took, %d waited".formatted(sent, came.size()));
    require(!came.isEmpty(), "none of %d frames waited to be received", sent);
    require(
        missing == 0 || counted(trial, port, before, missing),
        "%d frames for a full ring were lost, but only %d were counted",
        missing,
        lost(port) - before);
  }

  private static boolean counted(Trial trial, OpenPort port, long before, int least)
      throws InterruptedException {
    Deadline end = trial.deadline();
    while (lost(port) - before < least) {
      if (end.passed()) {
        return false;
      }
      Thread.sleep(1);
    }
    return true;
  }

  private static long lost(OpenPort port) {
    Statistics counters = new Statistics();
    port.port().statistics(counters);
    return counters.rxDropped + counters.rxErrors;
  }
}
