package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Wakeup;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/**
 * Arming against arrival, over and over: one thread arms while another sends a frame, both released
 * together and shifted against each other at random. Afterwards arm must have seen the frame, or
 * the descriptor must become ready.
 */
final class WakeupRaces {
  private static final int MANY = 100_000;
  private static final int FEW = 400;
  private static final long MOST_NANOS = 30_000_000_000L;
  private static final int MOST_SPINS = 40;
  private static final int SHORT = 1000;

  /** Frames until a device that refuses any is full. */
  private static final int FILL = 4096;

  private final Trial trial;
  private final OpenPort port;
  private final int rounds;
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger sent = new AtomicInteger();
  private final byte[] frame = Frames.numbered(1, 64);
  private final Burst burst = new Burst(8);

  private WakeupRaces(Trial trial, OpenPort port) {
    this.trial = trial;
    this.port = port;
    rounds = trial.patience().toMillis() < SHORT ? FEW : MANY;
  }

  static void noWakeupIsLost(Trial trial) throws Exception {
    OpenPort port = trial.start();
    if (WakeupRules.isPolled(trial, port.rx(0).wakeup())) {
      return;
    }
    require(
        port.wire().traits().contains(Trait.CONCURRENT),
        "the wire lacks the trait CONCURRENT, so that arming cannot be raced");
    WakeupRaces races = new WakeupRaces(trial, port);
    Beside<Void> sender = trial.keep(new Beside<>(races::send));
    int done;
    try {
      done = races.arm();
    } finally {
      races.started.set(-1);
    }
    sender.result();
    trial.observe(done + " races of arming against arrival");
    races.room();
  }

  private int arm() throws Exception {
    Wakeup wakeup = port.rx(0).wakeup();
    Poll poll = WakeupRules.poll(wakeup);
    SplittableRandom random = trial.random();
    long end = System.nanoTime() + MOST_NANOS;
    int round = 0;
    while (round < rounds && System.nanoTime() < end) {
      round++;
      started.set(round);
      // In every fourth round the frame is there before, so that both ways are tried.
      if ((round & 3) == 0) {
        awaitSent(round);
      }
      spin(random.nextInt(MOST_SPINS));
      boolean seen = wakeup.arm();
      awaitSent(round);
      boolean woken = seen || WakeupRules.woken(trial, poll);
      require(woken, "in race %d of arming against arrival the wakeup was lost", round);
      take(round);
    }
    return round;
  }

  private void awaitSent(int round) {
    long end = System.nanoTime() + Beside.LONGEST.toNanos();
    for (int i = 1; sent.get() != round; i++) {
      require(System.nanoTime() < end, "in race %d the peer could not send", round);
      pause(i);
    }
  }

  /** Receives the frame of this round, so that the next begins with an empty queue. */
  private void take(int round) {
    Deadline end = trial.deadline();
    boolean came = false;
    while (!came) {
      int entries = port.rx(0).receive(burst, burst.capacity());
      for (WireFrame one : port.frames(burst, entries)) {
        came |= Frames.ours(one.bytes());
      }
      port.rx(0).release(burst, 0, entries);
      require(came || !end.passed(), "the frame of race %d did not come", round);
    }
  }

  private Void send() throws Exception {
    SplittableRandom random = new SplittableRandom(trial.seed());
    for (int round = 1; ; round++) {
      for (int i = 1; started.get() != round; i++) {
        if (started.get() < 0 || Thread.interrupted()) {
          return null;
        }
        pause(i);
      }
      spin(random.nextInt(MOST_SPINS));
      port.send(frame);
      sent.set(round);
    }
  }

  /** The same for room: a full queue that armed is woken when the peer takes frames. */
  private void room() throws Exception {
    Wakeup wakeup = port.tx(0).wakeup();
    if (wakeup.fd() < 0 || !fill()) {
      trial.observe("the transmit queue was never full, or can only be polled");
      return;
    }
    Poll poll = WakeupRules.poll(wakeup);
    if (!wakeup.arm()) {
      Traffic.seen(port, 64, trial.silence());
      boolean woken = WakeupRules.woken(trial, poll);
      require(woken, "a full transmit queue had armed, and its wakeup was lost");
    }
  }

  /** Transmits until the queue says that it is full; false if it never does. */
  private boolean fill() {
    for (int i = 0; i < FILL; i++) {
      if (port.tx(0).claim(burst, 1) == 0) {
        return true;
      }
      port.fill(burst, 0, WireFrame.plain(frame));
      if (port.tx(0).transmit(burst, 0, 1) == 0) {
        port.tx(0).unclaim(burst, 0, 1);
        return true;
      }
    }
    return false;
  }

  /** Mostly spins, but leaves the core to the other thread where there is one core only. */
  private static void pause(int i) {
    if (i % 1000 == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private static void spin(int n) {
    for (int i = 0; i < n; i++) {
      Thread.onSpinWait();
    }
  }
}
