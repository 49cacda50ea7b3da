package org.vhostdp.dataplane.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToLongFunction;

/**
 * Sees that an IO thread does not come back from a driver's call, and puts a substitute in its
 * place; see {@link GuardedPort}. Of a turn that takes as long elsewhere it only tells. One thread,
 * which looks four times in the time of patience while any IO thread is awake, and sleeps for as
 * long as all of them sleep.
 *
 * <p>Time is counted in looks at the same turn, not by the clock: if the whole process was stopped,
 * that is one look. A thread that wants to run and is not given a core does not hang.
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Watchdog.class.getName());
  private static final int LOOKS = 4;

  private final List<IoThread> threads;
  private final long patienceNanos;
  private final StallListener listener;
  private final IntToLongFunction runTime;
  private final Sight[] calls;
  private final Sight[] turns;
  private final Thread thread;
  private volatile boolean dozing;
  private volatile boolean stopped;

  /**
   * Starts to watch.
   *
   * @param threads all IO threads; none of them is closed before all ports are
   * @param patienceNanos how long a call may take, 1 ms or more; one that takes longer is found
   *     after a quarter more of that at the latest, after a half if it keeps its core busy
   * @param listener told of each stall
   */
  public Watchdog(List<IoThread> threads, long patienceNanos, StallListener listener) {
    this(threads, patienceNanos, listener, RunTime::of);
  }

  /** The same with another source of {@link RunTime#of}. */
  Watchdog(
      List<IoThread> threads,
      long patienceNanos,
      StallListener listener,
      IntToLongFunction runTime) {
    if (patienceNanos < 1_000_000) {
      throw new IllegalArgumentException("patience is 1 ms or more, not " + patienceNanos + " ns");
    }
    this.threads = List.copyOf(threads);
    this.patienceNanos = patienceNanos;
    this.listener = listener;
    this.runTime = runTime;
    this.calls = sights(threads.size());
    this.turns = sights(threads.size());
    this.thread = Thread.ofPlatform().name("watchdog").daemon(true).unstarted(this::watch);
    this.threads.forEach(io -> io.watchedBy(this));
    thread.start();
  }

  private static Sight[] sights(int n) {
    Sight[] sights = new Sight[n];
    Arrays.setAll(sights, i -> new Sight());
    return sights;
  }

  private void watch() {
    while (!stopped) {
      pause();
      for (int i = 0; i < calls.length && !stopped; i++) {
        try {
          look(i);
        } catch (RuntimeException | Error e) {
          // Of those who are told: the next stall must be found all the same.
          LOG.log(Level.WARNING, "a stall could not be told", e);
        }
      }
      doze();
    }
  }

  /** Until the next look; parking alone may end early. */
  private void pause() {
    long until = System.nanoTime() + patienceNanos / LOOKS;
    for (long left; !stopped && (left = until - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(this, left);
    }
  }

  private void look(int i) {
    IoThread io = threads.get(i);
    io.startIfNew();
    Lease lease = io.loop().lease();
    long call = lease.call();
    long turn = lease.turn();
    if (calls[i].stays(call)) {
      if (starved(io, calls[i])) {
        calls[i].again();
      } else {
        replace(io, call);
      }
    } else if (turns[i].stays(turn) && !Lease.running(call)) {
      LOG.log(Level.WARNING, "{0} has been in one turn for {1}", io.name(), patience());
      listener.stalled(io.name(), null, patienceNanos);
    }
  }

  /**
   * Whether a thread in a call waits for a core. That is known from the second time on: until then
   * it may also go round in the driver.
   */
  private boolean starved(IoThread io, Sight sight) {
    long before = sight.ran;
    sight.ran = runTime.applyAsLong(io.tid());
    return sight.ran != RunTime.NOT_RUNNABLE
        && (before == RunTime.NOT_RUNNABLE || sight.ran - before < patienceNanos / LOOKS / 2);
  }

  /** How often the same number was seen. */
  private static final class Sight {
    private long word;
    private int looks;
    private long ran = RunTime.NOT_RUNNABLE;

    /** Sees a number; true once, when it has stood for a call or turn that runs for too long. */
    boolean stays(long now) {
      if (now != word || !Lease.running(now)) {
        word = now;
        looks = 0;
        ran = RunTime.NOT_RUNNABLE;
        return false;
      }
      return ++looks == LOOKS;
    }

    /** The next look is to tell the same once more. */
    void again() {
      looks = LOOKS - 1;
    }
  }

  private void replace(IoThread io, long call) {
    String hanging = io.replace(call, "its driver has not returned for " + patience());
    if (hanging != null) {
      LOG.log(
          Level.ERROR,
          "{0} has been in a driver''s call for {1}; {2} goes on in its place",
          hanging,
          patience(),
          io.name());
      listener.stalled(hanging, io.name(), patienceNanos);
    }
  }

  private String patience() {
    long millis = patienceNanos / 1_000_000;
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  private void doze() {
    dozing = true;
    while (!stopped && dozing && threads.stream().allMatch(IoThread::asleep)) {
      LockSupport.park(this);
    }
    dozing = false;
  }

  /** An IO thread has woken up. That thread. */
  void awake() {
    if (dozing) {
      dozing = false;
      LockSupport.unpark(thread);
    }
  }

  /** A thread that hung has come back. That thread. */
  void returned(String threadName) {
    listener.returned(threadName);
  }

  /** The thread that watches. */
  Thread thread() {
    return thread;
  }

  /** Stops watching. After the IO threads' end, or one that hangs then is waited for. */
  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
