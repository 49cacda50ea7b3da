package org.vhostdp.dataplane.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.vhostdp.linux.LinuxException;

/**
 * A dedicated thread that runs queue pairs: a duty cycle of turns, each returning its work count. A
 * pair without work for a while is parked; when every pair is, the thread sleeps in epoll.
 *
 * <p>If it hangs in a driver's call, a {@link Watchdog} puts a substitute in its place: then this
 * object stands for the substitute, with all pairs but the one that hangs, and commands reach it as
 * before.
 */
public final class IoThread implements AutoCloseable {
  private static final Logger LOG = System.getLogger(IoThread.class.getName());

  /** How often the end looks whether a substitute has come, milliseconds. */
  private static final long LOOK_MILLIS = 100;

  private final String name;
  private final int cpu;
  private final long spinNanos;
  private final boolean busyTime;
  private final Queue<Command<?>> commands = new ConcurrentLinkedQueue<>();
  private final WatchSet watches;
  private final Figures figures = new Figures();

  private volatile TurnLoop loop;
  private volatile LoopThread thread;
  private volatile boolean stopped;
  private volatile boolean asleep;
  private volatile Watchdog watchdog;
  private int substitutes;

  /**
   * Starts a thread.
   *
   * @param name for operators
   * @param cpu the core to stay on, or -1
   * @param spinNanos how long a pair is polled without work before it is parked
   * @param busyTime whether to measure {@link #busyNanos} and {@link #turnHistogram}: a look at the
   *     clock for each turn
   */
  public IoThread(String name, int cpu, long spinNanos, boolean busyTime) throws LinuxException {
    this.name = name;
    this.cpu = cpu;
    this.busyTime = busyTime;
    this.spinNanos = spinNanos;
    this.watches = new WatchSet();
    run(new TurnLoop(this, new QueuePair[0]), name);
  }

  private void run(TurnLoop next, String threadName) {
    loop = next;
    thread = new LoopThread(threadName, next);
    thread.start();
  }

  /** The name of the thread that runs now: a substitute's has a number behind it. */
  public String name() {
    return thread.getName();
  }

  /** The core it was asked to stay on, or -1. */
  public int cpu() {
    return cpu;
  }

  /** Turns that had work. */
  public long busyTurns() {
    return figures.busyTurns();
  }

  /** Time of the turns that had work, nanoseconds; 0 unless it is measured. */
  public long busyNanos() {
    return figures.busyNanos();
  }

  /**
   * Turns that had work, by their time: entry i counts those of 2^i nanoseconds and more, entry 0
   * also shorter ones, entry 31 also longer ones. A copy; all 0 unless busy time is measured.
   */
  public long[] turnHistogram() {
    return figures.turnHistogram();
  }

  /** Times it slept. */
  public long sleeps() {
    return figures.sleeps();
  }

  /** CPU time used, nanoseconds, as of its last sleep. */
  public long cpuNanos() {
    return figures.cpuNanos();
  }

  /** The thread that runs now, for measurements. */
  public Thread thread() {
    return thread;
  }

  /** Runs something between two turns. Any thread; returns at once. */
  void submit(Runnable work) {
    submit(
        new Command<>(
            null,
            () -> {
              work.run();
              return null;
            }));
  }

  /** The same, with an answer. */
  void submit(Command<?> command) {
    commands.add(command);
    watches.wake();
  }

  // ---- what its loop needs ---------------------------------------------------------------------

  Queue<Command<?>> commands() {
    return commands;
  }

  WatchSet watches() {
    return watches;
  }

  Figures figures() {
    return figures;
  }

  long spinNanos() {
    return spinNanos;
  }

  boolean measuresBusyTime() {
    return busyTime;
  }

  boolean stopped() {
    return stopped;
  }

  /**
   * It goes to sleep, or has woken up. Of this and the watchdog's own mark one is always seen: each
   * writes its own and then reads the other's, both volatile.
   */
  void asleep(boolean now) {
    asleep = now;
    Watchdog dog = watchdog;
    if (!now && dog != null) {
      dog.awake();
    }
  }

  // ---- what the watchdog needs -----------------------------------------------------------------

  void watchedBy(Watchdog dog) {
    watchdog = dog;
  }

  boolean asleep() {
    return asleep;
  }

  /** The kernel's number of the thread that runs now. */
  int tid() {
    return thread.tid();
  }

  /** The loop that runs now. */
  TurnLoop loop() {
    return loop;
  }

  /**
   * Replaces a thread that hangs in a driver's call. The watchdog.
   *
   * @param call which
   * @return the name of the thread that hangs; null if the call has returned by now
   */
  synchronized String replace(long call, String why) {
    TurnLoop stuck = loop;
    QueuePair[] left = stuck.seize(call);
    if (left == null) {
      return null;
    }
    String hanging = name();
    figures.replaced();
    substitutes++;
    try {
      run(new TurnLoop(this, left), name + "-" + (substitutes + 1));
    } catch (OutOfMemoryError e) {
      LOG.log(Level.ERROR, "no thread can be started in place of " + hanging, e);
    }
    if (stuck.abandoned() != null) {
      stuck.abandoned().driverFailed(why);
    }
    return hanging;
  }

  /** Tries again to start a substitute that could not be started. The watchdog. */
  void startIfNew() {
    if (thread.getState() == Thread.State.NEW) {
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        LOG.log(Level.DEBUG, "still no thread for " + name, e);
      }
    }
  }

  /** A thread that hung has come back. That thread. */
  void returned(String threadName) {
    Watchdog dog = watchdog;
    if (dog != null) {
      dog.returned(threadName);
    }
  }

  /** The thread, or null if it has ended; not while it is being replaced. */
  private synchronized Thread alive() {
    return thread.isAlive() ? thread : null;
  }

  /**
   * Ends the thread. Its pairs must have been detached. One that hangs in a driver's call is waited
   * for, unless a watchdog still runs and replaces it.
   */
  @Override
  public void close() {
    stopped = true;
    watches.wake();
    boolean interrupted = false;
    for (Thread last = alive(); last != null; last = alive()) {
      try {
        last.join(LOOK_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    watches.close();
  }
}
