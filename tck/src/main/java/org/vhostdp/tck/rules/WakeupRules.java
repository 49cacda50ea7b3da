package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Wakeup;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Sleeping until there is work. */
final class WakeupRules {
  private static final int READINGS = 200;
  private static final int FEW = 16;
  private static final int TURNS = 8;

  /** A machine that was busy elsewhere makes an end look slow; not every time. */
  private static final int TRIES = 4;

  private WakeupRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "WAKE-1",
            "no wakeup is lost",
            "No lost wakeup: work that arrives after arm() returned false makes the descriptor"
                + " ready; work that was there before makes it return true.",
            WakeupRaces::noWakeupIsLost),
        rule(
            "WAKE-2",
            "the descriptor stays",
            "The descriptor stays the same from start to stop and is the driver's to close.",
            WakeupRules::theDescriptorStays),
        rule(
            "WAKE-3",
            "there is no storm",
            "A wakeup that was followed does not come again: while there is no work, arm() returns"
                + " false and the descriptor is not ready.",
            WakeupRules::thereIsNoStorm),
        rule(
            "WAKE-4",
            "who did not arm is not woken",
            "Work that came and was taken while nobody had armed wakes nobody afterwards.",
            WakeupRules::whoDidNotArmIsNotWoken),
        rule(
            "WAKE-5",
            "a sleeper does not hold up the end",
            "Stop and close do not wait for a thread that sleeps on a descriptor.",
            WakeupRules::aSleeperDoesNotHoldUpTheEnd));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "Wakeup", sentence, Group.WAKEUP, Need.NOTHING, test);
  }

  /** Whether a queue can only be polled, so that nothing is to be tried. */
  static boolean isPolled(Trial trial, Wakeup wakeup) {
    if (wakeup.fd() < 0) {
      trial.observe("the receive queue can only be polled");
    }
    return wakeup.fd() < 0;
  }

  static Poll poll(Wakeup wakeup) {
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    return poll;
  }

  /** Whether a descriptor becomes ready before patience ends. */
  static boolean woken(Trial trial, Poll poll) throws LinuxException {
    Deadline end = trial.deadline();
    boolean ready;
    do {
      ready = poll.await((int) Math.max(1, end.step().toMillis())) == 1;
    } while (!ready && !end.passed());
    return ready;
  }

  static void theDescriptorStays(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Wakeup wakeup = port.rx(0).wakeup();
    if (isPolled(trial, wakeup)) {
      return;
    }
    int first = wakeup.fd();
    String name = name(first);
    for (int i = 0; i < READINGS; i++) {
      if (i % (READINGS / 4) == 0) {
        Traffic.exchange(trial, port, i, "while the descriptor was watched,");
      }
      int now = port.rx(0).wakeup().fd();
      require(now == first, "the descriptor was %d and became %d", first, now);
    }
    require(name.equals(name(first)), "the descriptor became another file");
    port.port().close();
    require(!name.equals(name(first)), "the port was closed, and its descriptor is still open");
  }

  /** What the kernel calls a descriptor of this process; "" if it is not open. */
  private static String name(int fd) throws Exception {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  static void thereIsNoStorm(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Wakeup wakeup = port.rx(0).wakeup();
    if (isPolled(trial, wakeup)) {
      return;
    }
    Poll poll = poll(wakeup);
    for (int turn = 0; turn < TURNS; turn++) {
      boolean armed = !wakeup.arm();
      Traffic.send(port, turn, 1);
      if (armed) {
        woken(trial, poll);
      }
      int came = Traffic.received(trial, port, 1).size();
      require(came == 1, "a frame that woke its receiver did not come");
      comesToRest(trial, port, wakeup, poll, "a wakeup was followed, and");
    }
  }

  /** Whoever arms, waits and receives finds rest; foreign frames wake it now and then. */
  private static void comesToRest(Trial trial, OpenPort port, Wakeup wakeup, Poll poll, String when)
      throws Exception {
    boolean silent = port.wire().traits().contains(Trait.SILENT);
    int wait = Math.max(1, (int) trial.silence().toMillis() / FEW);
    int foreign = 0;
    int woken = 0;
    for (int i = 0; i < FEW; i++) {
      if (!wakeup.arm() && poll.await(wait) == 0) {
        return;
      }
      woken++;
      foreign += Sight.now(port, 0).size();
    }
    require(!silent && foreign > 0, "%s %d more came without work", when, woken);
  }

  static void whoDidNotArmIsNotWoken(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Wakeup wakeup = port.rx(0).wakeup();
    if (isPolled(trial, wakeup)) {
      return;
    }
    Poll poll = poll(wakeup);
    for (int turn = 0; turn < TURNS; turn++) {
      Traffic.send(port, turn * FEW, FEW);
      int came = Traffic.received(trial, port, FEW).size();
      require(came == FEW, "nobody had armed, and %d of %d frames came", came, FEW);
      comesToRest(trial, port, wakeup, poll, "nobody had armed, and");
      // Awake again: from here on nothing is to be signalled.
      port.rx(0).receive(new Burst(1), 0);
    }
  }

  static void aSleeperDoesNotHoldUpTheEnd(Trial trial) throws Exception {
    long limit = trial.patience().toMillis() / 2;
    long took = limit;
    for (int i = 0; i < TRIES && took >= limit; i++) {
      OpenPort port = trial.start();
      if (isPolled(trial, port.rx(0).wakeup())) {
        return;
      }
      took = endBesideASleeper(trial, port);
    }
    require(took < limit, "a thread slept on the descriptor, and the end took %d ms", took);
  }

  /** Milliseconds that stop and close took while a thread slept. */
  private static long endBesideASleeper(Trial trial, OpenPort port) throws Exception {
    Wakeup wakeup = port.rx(0).wakeup();
    // A descriptor of the test's own ends the sleep once the end of the port has been timed.
    EventFd alarm = trial.keep(EventFd.create());
    Poll poll = new Poll(2);
    poll.set(0, wakeup.fd(), wakeup.events());
    poll.set(1, alarm.fd().raw(), Poll.IN);
    CountDownLatch armed = new CountDownLatch(1);
    Beside<Boolean> sleeper =
        trial.keep(
            new Beside<>(
                () -> {
                  boolean ready = wakeup.arm();
                  armed.countDown();
                  return ready || poll.await((int) Beside.LONGEST.toMillis()) != 0;
                }));
    require(
        armed.await(Beside.LONGEST.toSeconds(), TimeUnit.SECONDS), "arm on a thread did not end");
    Thread.sleep(Math.max(1, trial.silence().toMillis() / 10));
    long begin = System.nanoTime();
    port.port().stop();
    port.port().close();
    long took = (System.nanoTime() - begin) / 1_000_000;
    boolean wasWoken = sleeper.isDone();
    trial.observe("the sleeping thread was " + (wasWoken ? "woken" : "left to its host"));
    alarm.signal();
    sleeper.result();
    return took;
  }
}
