package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.List;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Shaping;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Rate limits. */
final class ShapingRules {
  private static final int LENGTH = 500;
  private static final int BITS = 8;
  private static final long SLOW = 8_000;
  private static final long SECOND = 1_000_000_000L;
  private static final int FEW = 16;

  /** A machine that was busy elsewhere makes a limit look too low; not every time. */
  private static final int TRIES = 6;

  /** Windows at most, those included in which the machine was busy elsewhere. */
  private static final int WINDOWS = 20;

  /** Bursts in a second at the capped rate. */
  private static final int PER_BURST = 25;

  private ShapingRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "QOS-1",
            "a rate holds",
            "A limit holds within 5% over one second.",
            ShapingRules::aRateHolds),
        rule(
            "QOS-2",
            "a limit starves nobody",
            "It never blocks the caller of a burst method or another queue.",
            ShapingRules::aLimitStarvesNobody),
        rule(
            "QOS-3",
            "the burst is honoured",
            "After a pause so many bytes as the burst pass at once, and no more.",
            ShapingRules::theBurstIsHonoured),
        rule(
            "QOS-4",
            "a limit can be removed",
            "A rate of 0 removes the limit; one that cannot be met is refused, and the former limit"
                + " stays.",
            ShapingRules::aLimitCanBeRemoved));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    Need need = Need.facet("rate limits", Shaping.class);
    return new Rule(id, title, "Shaping", sentence, Group.SHAPING, need, test);
  }

  private static Shaping shaping(OpenPort port) {
    return port.port().facet(Shaping.class).orElseThrow();
  }

  static void aRateHolds(Trial trial) throws Exception {
    for (int direction : new int[] {Shaping.TRANSMIT, Shaping.RECEIVE}) {
      OpenPort port = trial.start();
      if (shaping(port).supports(direction)) {
        rate(trial, new LimitedFlow(trial, port, direction, LENGTH));
      }
      port.port().close();
    }
  }

  private static void rate(Trial trial, LimitedFlow flow) throws Exception {
    long rate = Marks.CAPPED_RATE;
    // What 40 ms of the machine being busy elsewhere miss can be made up for.
    flow.limit(-1, rate, rate / BITS / PER_BURST);
    long window = window(trial);
    double seen = 0;
    int tries = 0;
    for (int i = 0; i < WINDOWS && tries < TRIES && Math.abs(seen - 1) > 0.05; i++) {
      flow.settle(window);
      seen = flow.rate(window) / rate;
      // A window in which this thread did not run for as long as the burst lasts says nothing.
      tries += flow.longestPause() < SECOND / PER_BURST / 2 ? 1 : 0;
    }
    String figure = "%s at %d Mbit/s: %.3f of it".formatted(flow, rate / 1_000_000, seen);
    trial.observe(figure);
    require(Math.abs(seen - 1) <= 0.05, "a rate is off by more than 5%%: %s", figure);
  }

  /** Nanoseconds: a second; less where patience is short, because nothing can be late there. */
  private static long window(Trial trial) {
    long patience = trial.patience().toNanos();
    return patience < SECOND ? patience / 10 : SECOND;
  }

  static void aLimitStarvesNobody(Trial trial) throws Exception {
    Port first = trial.open(trial.wire(request(1)));
    boolean two = first.capabilities().maxQueuePairs() > 1;
    first.close();
    OpenPort port = OpenPort.start(trial, request(two ? 2 : 1));
    if (!shaping(port).supports(Shaping.TRANSMIT)) {
      trial.observe("transmit rates cannot be limited");
      return;
    }
    shaping(port).limit(Shaping.TRANSMIT, 0, SLOW, Marks.FAIR_BURST);
    LimitedFlow flow = new LimitedFlow(trial, port, Shaping.TRANSMIT, LENGTH);
    long limit = trial.patience().toNanos() / 2;
    long longest = limit;
    for (int i = 0; i < TRIES && longest >= limit; i++) {
      longest = longestCall(flow);
    }
    require(longest < limit, "a call of a limited queue took %d ms", longest / 1_000_000);
    for (int i = 0; two && i < FEW; i++) {
      require(
          port.transmit(1, Frames.numbered(i, LENGTH)),
          "queue 0 was limited, and queue 1 took only %d of %d frames",
          i,
          FEW);
    }
  }

  /** Nanoseconds of the longest of a few calls. */
  private static long longestCall(LimitedFlow flow) throws Exception {
    long longest = 0;
    for (int i = 0; i < FEW; i++) {
      long begin = System.nanoTime();
      flow.move();
      longest = Math.max(longest, System.nanoTime() - begin);
    }
    return longest;
  }

  private static Harness.Request request(int pairs) {
    return new Harness.Request(pairs, 0);
  }

  static void theBurstIsHonoured(Trial trial) throws Exception {
    for (int direction : new int[] {Shaping.TRANSMIT, Shaping.RECEIVE}) {
      OpenPort port = trial.start();
      if (shaping(port).supports(direction)) {
        burst(new LimitedFlow(trial, port, direction, LENGTH));
      }
      port.port().close();
    }
  }

  private static void burst(LimitedFlow flow) throws Exception {
    long rate = Marks.CAPPED_RATE / 1000;
    flow.limit(0, rate, Marks.BURST);
    long begin = System.nanoTime();
    long passed = flow.drain();
    double refilled = refilled(rate, begin);
    require(
        passed <= Marks.BURST + refilled + LENGTH,
        "%s passed %d bytes at once with a burst of %d",
        flow,
        passed,
        Marks.BURST);
    require(
        passed > Marks.BURST - LENGTH,
        "%s passed only %d bytes at once of a burst of %d",
        flow,
        passed,
        Marks.BURST);
  }

  /** Bytes that a rate lets through from a moment to now. */
  private static double refilled(long rate, long begin) {
    return rate / (double) BITS * (System.nanoTime() - begin) / 1e9;
  }

  static void aLimitCanBeRemoved(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Shaping shaping = shaping(port);
    int direction = shaping.supports(Shaping.TRANSMIT) ? Shaping.TRANSMIT : Shaping.RECEIVE;
    LimitedFlow flow = new LimitedFlow(trial, port, direction, LENGTH);
    flow.limit(0, SLOW, Marks.REMOVED_BURST);
    long begin = System.nanoTime();
    refused(() -> shaping.limit(direction, 1, 0, 0), "queue 1 of one");
    refused(() -> shaping.limit(direction, 0, -1, 0), "a rate of -1");
    refused(() -> shaping.limit(7, 0, 0, 0), "a direction that nobody knows");
    long passed = flow.drain();
    require(
        passed <= Marks.REMOVED_BURST + refilled(SLOW, begin) + LENGTH,
        "bad limits were refused, and the former one let %d bytes pass",
        passed);
    flow.limit(0, 0, 0);
    Deadline end = trial.deadline();
    long free = 0;
    while (free < FEW * LENGTH && !end.passed()) {
      free += flow.move();
    }
    require(
        free >= FEW * LENGTH,
        "the limit was removed, and %d of %d bytes passed",
        free,
        FEW * LENGTH);
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void refused(Attempt attempt, String what) throws Exception {
    boolean taken = true;
    try {
      attempt.run();
    } catch (DriverException e) {
      taken = false;
    }
    require(!taken, "shaping took %s", what);
  }
}
