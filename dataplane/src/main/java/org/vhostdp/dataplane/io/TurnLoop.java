package org.vhostdp.dataplane.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Threads;

/**
 * The duty cycle of one thread: turns of pairs, commands between them, sleep. It ends at once if it
 * lost its {@link Lease} inside a driver's call.
 */
final class TurnLoop implements Runnable {
  private static final Logger LOG = System.getLogger(IoThread.class.getName());

  /** Turns between two looks at the parked pairs while others are busy. */
  private static final int PEEK_EVERY = 32;

  /**
   * Idle time after which a pair naps that cannot be woken by all it waits for; or its spinning.
   */
  private static final long NAP_AFTER = 2_000_000;

  /** How long it naps. Longer costs less, and the frame that ends it waits for longer. */
  private static final int NAP_MILLIS = 1;

  private final IoThread owner;
  private final Queue<Command<?>> commands;
  private final Figures figures;
  private final boolean busyTime;
  private final long spinNanos;
  private final Lease lease = new Lease();
  private final Waking waking;

  private final PairSet pairs;

  private int active;
  private int turn;
  private boolean summons;
  private boolean naps;
  private long napsEnd;
  private QueuePair abandoned;

  /**
   * @param pairs what it begins with: none, or those that another loop left
   */
  TurnLoop(IoThread owner, QueuePair[] pairs) {
    this.owner = owner;
    this.commands = owner.commands();
    this.waking = new Waking(lease, owner.watches());
    this.figures = owner.figures();
    this.busyTime = owner.measuresBusyTime();
    this.spinNanos = owner.spinNanos();
    this.pairs = new PairSet(pairs);
  }

  Lease lease() {
    return lease;
  }

  @Override
  public void run() {
    if (owner.cpu() >= 0 && !Threads.pin(owner.cpu())) {
      LOG.log(Level.WARNING, "{0} could not be pinned to core {1}", owner.name(), owner.cpu());
    }
    try {
      begin();
      while (!owner.stopped()) {
        try {
          turns();
        } catch (InternalError e) {
          // Of memory that vanished: compiled code may throw it somewhat later than the access,
          // past the pair's own turn. The next access of that pair throws again.
          LOG.log(Level.WARNING, owner.name() + ": between two turns", e);
        }
      }
      drainCommands();
    } catch (Lease.Lost e) {
      LOG.log(Level.WARNING, "{0} has come back and ends", Thread.currentThread().getName());
      letGo();
    }
  }

  /** What another loop left may have been woken by events that died with it. */
  private void begin() {
    for (QueuePair pair : pairs.now()) {
      pair.runBy(this);
      waking.unpark(pair);
    }
  }

  private void turns() {
    long begin = clock();
    while (!owner.stopped()) {
      int work = drainCommands();
      QueuePair[] now = pairs.now();
      work += pairs.shared() ? sharedRound(now) : round(now);
      if (summons) {
        answerSummons(now);
      }
      if (work > 0) {
        figures.busyTurn();
        if (busyTime) {
          // The end of this turn is the beginning of the next: one look at the clock for each.
          long end = System.nanoTime();
          figures.busyTime(end - begin);
          begin = end;
        }
      }
      if (active == 0) {
        sleep();
      } else if (active < now.length && (work == 0 || ++turn % PEEK_EVERY == 0)) {
        waking.handle(waking.await(0));
        endNaps(now);
      } else if (work == 0) {
        PairSet.pause(now);
      }
      if (work == 0) {
        begin = clock();
      }
    }
  }

  private long clock() {
    return busyTime ? System.nanoTime() : 0;
  }

  /** One turn of each pair that is not parked; the work count. */
  private int round(QueuePair[] now) {
    int work = 0;
    int running = 0;
    for (QueuePair pair : now) {
      if (!pair.parked()) {
        running++;
        work += turn(pair);
      }
    }
    active = running;
    return work;
  }

  /** The same where pairs have shares; they are sorted by priority. */
  private int sharedRound(QueuePair[] now) {
    int work = 0;
    int running = 0;
    int above = 0;
    int priority = 0;
    for (QueuePair pair : now) {
      Share share = pair.share();
      if (share.priority() != priority) {
        priority = share.priority();
        above = work;
      }
      if (!pair.parked()) {
        running++;
        if (above == 0 || share.overdue()) {
          work += turns(pair, share);
        }
      }
    }
    active = running;
    return work;
  }

  /** As many turns in a row as a pair's weight allows while it has full bursts. */
  private int turns(QueuePair pair, Share share) {
    share.served();
    int work = 0;
    int moved;
    int left = share.weight();
    do {
      moved = turn(pair);
      work += moved;
    } while (--left > 0 && moved >= Share.FULL_BURST);
    return work;
  }

  private int turn(QueuePair pair) {
    lease.begin(pair, null);
    int work;
    try {
      work = pair.poll();
      if (work > 0) {
        pair.idleSince(0);
      } else {
        idle(pair);
      }
    } catch (Lease.Lost e) {
      throw e;
    } catch (RuntimeException | Error | LinuxException e) {
      // Errors too: memory that vanishes is one, and no port may end the process.
      pair.failed(e);
      work = 1;
    }
    lease.end();
    return work;
  }

  private void idle(QueuePair pair) throws LinuxException {
    long now = System.nanoTime();
    if (pair.idleSince() == 0) {
      pair.idleSince(now | 1);
      return;
    }
    boolean napping = pair.naps();
    long patience = napping ? Math.max(spinNanos, NAP_AFTER) : spinNanos;
    if (now - pair.idleSince() >= patience && pair.park() && napping && !naps) {
      naps = true;
      napsEnd = now + NAP_MILLIS * 1_000_000L;
    }
  }

  /** Those that nap look, each for one turn if there is nothing. */
  private void endNaps(QueuePair[] now) {
    if (!naps || System.nanoTime() - napsEnd < 0) {
      return;
    }
    naps = false;
    for (QueuePair pair : now) {
      if (pair.parked() && pair.naps()) {
        long since = pair.idleSince();
        waking.unpark(pair);
        pair.idleSince(since);
      }
    }
  }

  private int drainCommands() {
    int done = 0;
    Command<?> command;
    while ((command = commands.poll()) != null) {
      carryOut(command);
      done++;
    }
    return done;
  }

  private void carryOut(Command<?> command) {
    QueuePair pair = command.pair();
    if (pair == null) {
      lease.begin(null, command);
      command.run();
      lease.end();
    } else if (pair.hung()) {
      command.refuse(pair.stuck());
    } else {
      pair.runBy(this);
      lease.begin(pair, command);
      command.run();
      lease.end();
      pairs.settle(pair);
    }
  }

  /** Somebody on this thread has work for a parked pair. */
  void summon() {
    summons = true;
  }

  private void answerSummons(QueuePair[] now) {
    summons = false;
    for (QueuePair pair : now) {
      if (pair.summoned()) {
        waking.unpark(pair);
        active++;
      }
    }
  }

  private void sleep() {
    figures.sleeps(Threads.cpuNanos());
    if (commands.isEmpty() && !owner.stopped()) {
      owner.asleep(true);
      int ready = waking.await(naps ? NAP_MILLIS : -1);
      owner.asleep(false);
      waking.handle(ready);
      endNaps(pairs.now());
    }
  }

  // ---- when this thread hangs ------------------------------------------------------------------

  /**
   * Takes everything away from this loop while its thread is in a driver's call. The watchdog.
   *
   * @param call which
   * @return what is left for a substitute; null if the call has returned
   */
  synchronized QueuePair[] seize(long call) {
    if (!lease.seize(call)) {
      return null;
    }
    lease.where().declare();
    QueuePair hung = lease.pair();
    if (hung != null) {
      hung.hang();
      abandoned = hung;
    }
    if (lease.command() != null) {
      lease.command().refuse(new IoStuck(owner.name() + " hangs in this command", null));
    }
    return pairs.without(hung);
  }

  /** The pair whose turn hung, or null. */
  synchronized QueuePair abandoned() {
    return abandoned;
  }

  /** The call is over. This loop's thread, which ends now. */
  private void letGo() {
    QueuePair pair = abandoned();
    if (pair != null) {
      pair.letGo();
    }
    owner.returned(Thread.currentThread().getName());
  }
}
