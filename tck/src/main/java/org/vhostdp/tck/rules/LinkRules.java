package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** A link that comes and goes, and a device that goes for good. */
final class LinkRules {
  private static final Need REPORTS =
      new Need("link reports", port -> port.events().wakeup().fd() >= 0);

  private static final int TRIES = 64;

  /**
   * Times patience: Linux tells of a carrier that is lost a second late if another was lost shortly
   * before (net/core/link_watch.c).
   */
  private static final int LATE = 10;

  private LinkRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "LINK-1",
            "each change is reported once",
            "Link down, link up and removal are each reported once per change.",
            LinkRules::eachChangeIsReportedOnce),
        rule(
            "LINK-2",
            "a removed device is quiet",
            "A removed device does not make burst methods throw or spin: they return 0.",
            LinkRules::aRemovedDeviceIsQuiet),
        rule(
            "LINK-3",
            "frames flow when the link is back",
            "When the link is up again frames flow as before, without a restart.",
            LinkRules::framesFlowWhenTheLinkIsBack));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "PortEvents", sentence, Group.LINK, REPORTS, test);
  }

  static void eachChangeIsReportedOnce(Trial trial) throws Exception {
    OpenPort port = connected(trial);
    for (int i = 0; i < 2; i++) {
      link(port, false);
      once(trial, port, PortEvents.LINK_DOWN, "link down");
      require(!port.port().events().linkUp(), "the link went down, and linkUp says it is up");
      link(port, true);
      once(trial, port, PortEvents.LINK_UP, "link up");
      require(port.port().events().linkUp(), "the link came up, and linkUp says it is down");
    }
    if (removed(trial, port)) {
      once(trial, port, PortEvents.REMOVED, "removal");
    }
  }

  /** A started port whose link is up, and that has nothing more to report. */
  private static OpenPort connected(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Deadline end = late(trial);
    while (!port.port().events().linkUp() && !end.passed()) {
      events(port, Duration.ZERO);
    }
    require(port.port().events().linkUp(), "the port was started, and its link does not come up");
    events(port, trial.silence().dividedBy(10));
    return port;
  }

  private static Faults faults(OpenPort port) {
    return port.wire()
        .faults()
        .orElseThrow(() -> new Broken("the wire has no faults, which changes of the link need"));
  }

  private static void link(OpenPort port, boolean up) throws Exception {
    require(faults(port).link(up), "the wire's faults lack link, so that it cannot go up and down");
  }

  /** Whether the wire has a device that can be removed, which is gone then. */
  private static boolean removed(Trial trial, OpenPort port) throws Exception {
    boolean gone = faults(port).remove();
    if (!gone) {
      trial.notTried("the wire has no device that can be removed");
    }
    return gone;
  }

  /** Waits for an event, and then whether it, or its opposite, comes again. */
  private static void once(Trial trial, OpenPort port, int event, String name) throws Exception {
    List<Integer> seen = new ArrayList<>();
    Deadline end = late(trial);
    while (!seen.contains(event) && !end.passed()) {
      seen.addAll(events(port, Duration.ZERO));
    }
    seen.addAll(events(port, trial.silence().dividedBy(4)));
    // A device that is deleted may go down first.
    long count = seen.stream().filter(one -> one == event).count();
    require(count == 1, "a %s was reported %d times", name, count);
  }

  /** When a change of the link has been told at the latest. */
  private static Deadline late(Trial trial) {
    return Deadline.in(trial.patience().multipliedBy(LATE));
  }

  /** The events of now, and those that come for so long. */
  private static List<Integer> events(OpenPort port, Duration limit) throws Exception {
    List<Integer> seen = new ArrayList<>();
    Deadline end = Deadline.in(limit);
    do {
      int event = port.port().events().next();
      if (event == PortEvents.NONE) {
        Thread.sleep(0, 100_000);
      } else {
        seen.add(event);
      }
      require(seen.size() < TRIES, "the port reports events without end");
    } while (!end.passed());
    return seen;
  }

  static void aRemovedDeviceIsQuiet(Trial trial) throws Exception {
    OpenPort port = connected(trial);
    Burst claimed = new Burst(1);
    Traffic.claim(trial, port.tx(0), claimed, 1);
    port.fill(claimed, 0, WireFrame.plain(Frames.numbered(1, 64)));
    if (!removed(trial, port)) {
      port.tx(0).unclaim(claimed, 0, 1);
      return;
    }
    Deadline end = late(trial);
    while (port.port().events().next() != PortEvents.REMOVED && !end.passed()) {
      Thread.sleep(0, 100_000);
    }
    Burst burst = new Burst(1);
    try {
      for (int i = 0; i < TRIES; i++) {
        int received = port.rx(0).receive(burst, 1);
        require(received == 0, "the device is gone, and receive returns %d", received);
        int sent = port.tx(0).transmit(claimed, 0, 1);
        require(sent == 0, "the device is gone, and transmit returns %d", sent);
      }
      port.tx(0).unclaim(claimed, 0, 1);
    } catch (IllegalStateException | IndexOutOfBoundsException | NullPointerException e) {
      throw new Broken("the device is gone, and a burst method throws " + e);
    }
    require(sleeps(port, burst), "the device is gone, and a thread that would sleep spins");
  }

  /** Whether a thread that arms, waits and receives comes to rest. */
  private static boolean sleeps(OpenPort port, Burst burst) throws Exception {
    Wakeup wakeup = port.rx(0).wakeup();
    if (wakeup.fd() < 0) {
      return true;
    }
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    for (int i = 0; i < TRIES; i++) {
      boolean armed = wakeup.arm();
      boolean ready = !armed && poll.await(1) == 1;
      // A host watches a descriptor no longer that reports an error, as that of a lost device may.
      boolean lost = ready && (poll.ready(0) & (Poll.ERR | Poll.HUP)) != 0;
      if (!armed && (!ready || lost)) {
        return true;
      }
      port.rx(0).receive(burst, 1);
    }
    return false;
  }

  static void framesFlowWhenTheLinkIsBack(Trial trial) throws Exception {
    OpenPort port = connected(trial);
    Traffic.exchange(trial, port, 1, "before the link went down,");
    link(port, false);
    await(trial, port, false);
    link(port, true);
    await(trial, port, true);
    port.wire().started();
    Traffic.exchange(trial, port, 2, "after the link came back,");
  }

  private static void await(Trial trial, OpenPort port, boolean up) throws Exception {
    Deadline end = late(trial);
    do {
      events(port, Duration.ZERO);
    } while (port.port().events().linkUp() != up && !end.passed());
  }
}
