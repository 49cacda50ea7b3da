package org.vhostdp.dataplane.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Threads;

/**
 * A dedicated thread that runs queue pairs: a duty cycle of turns, each returning its work count. A
 * pair without work for a while is parked; when every pair is, the thread sleeps in epoll.
 */
public final class IoThread implements AutoCloseable {
  private static final Logger LOG = System.getLogger(IoThread.class.getName());

  private static final int MAX_EVENTS = 64;

  /** Turns between two looks at the parked pairs while others are busy. */
  private static final int PEEK_EVERY = 32;

  private static final long WAKE_TAG = -1;
  private static final VarHandle BUSY_TURNS = counter("busyTurns");
  private static final VarHandle BUSY_NANOS = counter("busyNanos");

  private final Epoll epoll;
  private final EventFd wake;
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final List<Watch> watches = new ArrayList<>();
  private final long spinNanos;
  private final int cpu;
  private final boolean busyTime;
  private final Thread thread;
  private final CallState calls = new CallState(Arena.ofAuto());
  private final MemorySegment scratch = Arena.ofAuto().allocate(4096, 8);

  private QueuePair[] pairs = {};
  private int turn;
  private volatile boolean stopped;
  private long busyTurns;
  private long busyNanos;
  private volatile long sleeps;
  private volatile long cpuNanos;

  /**
   * Starts a thread.
   *
   * @param name for operators
   * @param cpu the core to stay on, or -1
   * @param spinNanos how long a pair is polled without work before it is parked
   * @param busyTime whether to measure {@link #busyNanos}: a look at the clock for each turn
   */
  public IoThread(String name, int cpu, long spinNanos, boolean busyTime) throws LinuxException {
    this.cpu = cpu;
    this.busyTime = busyTime;
    this.spinNanos = spinNanos;
    this.epoll = Epoll.create(MAX_EVENTS);
    this.wake = EventFd.create();
    epoll.add(wake.fd().raw(), Epoll.IN | Epoll.EDGE, WAKE_TAG);
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    thread.start();
  }

  private static VarHandle counter(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(IoThread.class, field, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public String name() {
    return thread.getName();
  }

  /** The core it was asked to stay on, or -1. */
  public int cpu() {
    return cpu;
  }

  /** Turns that had work. */
  public long busyTurns() {
    return (long) BUSY_TURNS.getOpaque(this);
  }

  /** Time of the turns that had work, nanoseconds; 0 unless it is measured. */
  public long busyNanos() {
    return (long) BUSY_NANOS.getOpaque(this);
  }

  /** Times it slept. */
  public long sleeps() {
    return sleeps;
  }

  /** CPU time used, nanoseconds, as of its last sleep or peek. */
  public long cpuNanos() {
    return cpuNanos;
  }

  /** The thread, for measurements. */
  public Thread thread() {
    return thread;
  }

  /** Runs something between two turns. Any thread; returns at once. */
  void submit(Runnable command) {
    commands.add(command);
    wake.signal();
  }

  private void run() {
    if (cpu >= 0 && !Threads.pin(cpu)) {
      LOG.log(Level.WARNING, "{0} could not be pinned to core {1}", thread.getName(), cpu);
    }
    while (!stopped) {
      try {
        turns();
      } catch (InternalError e) {
        // Of memory that vanished: compiled code may throw it somewhat later than the access, past
        // the pair's own turn. The next access of that pair throws again.
        LOG.log(Level.WARNING, thread.getName() + ": between two turns", e);
      }
    }
    drainCommands();
  }

  private void turns() {
    long begin = clock();
    while (!stopped) {
      int work = drainCommands();
      int active = 0;
      QueuePair[] now = pairs;
      for (QueuePair pair : now) {
        if (!pair.parked()) {
          active++;
          work += turn(pair);
        }
      }
      if (work > 0) {
        BUSY_TURNS.setOpaque(this, busyTurns + 1);
        if (busyTime) {
          // The end of this turn is the beginning of the next: one look at the clock for each.
          long end = System.nanoTime();
          BUSY_NANOS.setOpaque(this, busyNanos + end - begin);
          begin = end;
        }
      }
      if (active == 0) {
        sleep();
      } else if (active < now.length && (work == 0 || ++turn % PEEK_EVERY == 0)) {
        peek();
      } else if (work == 0) {
        pause(now);
      }
      if (work == 0) {
        begin = clock();
      }
    }
  }

  private long clock() {
    return busyTime ? System.nanoTime() : 0;
  }

  private int drainCommands() {
    int done = 0;
    Runnable command;
    while ((command = commands.poll()) != null) {
      command.run();
      done++;
    }
    return done;
  }

  private int turn(QueuePair pair) {
    try {
      int work = pair.poll(this);
      if (work > 0) {
        pair.idleSince(0);
      } else {
        idle(pair);
      }
      return work;
    } catch (RuntimeException | Error | LinuxException e) {
      // Errors too: memory that vanishes is one, and no port may end the process.
      LOG.log(Level.WARNING, "a queue pair failed and is taken out of service", e);
      pair.failed(e, this);
      return 1;
    }
  }

  private void idle(QueuePair pair) throws LinuxException {
    long now = System.nanoTime();
    if (pair.idleSince() == 0) {
      pair.idleSince(now | 1);
    } else if (now - pair.idleSince() >= spinNanos) {
      pair.park();
    }
  }

  /** Looks at parked pairs without waiting. */
  private void peek() {
    handle(epoll.await(0));
  }

  /** A reader that looks without pause takes the ring's cache line away from its writer. */
  private static void pause(QueuePair[] pairs) {
    int pauses = 0;
    for (QueuePair pair : pairs) {
      pauses = Math.max(pauses, pair.pauses());
    }
    for (int i = 0; i < pauses; i++) {
      Thread.onSpinWait();
    }
  }

  private void sleep() {
    sleeps++;
    cpuNanos = Threads.cpuNanos();
    if (commands.isEmpty() && !stopped) {
      handle(epoll.await(-1));
    }
  }

  private void handle(int ready) {
    for (int i = 0; i < ready; i++) {
      long tag = epoll.tag(i);
      if (tag == WAKE_TAG) {
        wake.drain();
      } else if (tag < watches.size() && watches.get((int) tag) != null) {
        woken(watches.get((int) tag), epoll.events(i));
      }
    }
  }

  private void woken(Watch watch, int events) {
    try {
      if ((events & (Epoll.ERR | Epoll.HUP)) != 0) {
        watch.lose();
      } else if (watch.drained()) {
        EventFd.drain(calls, watch.fd(), scratch);
        watch.pair().kicked(watch);
      }
      if (watch.pair().parked()) {
        watch.pair().unpark();
      }
    } catch (RuntimeException | Error | LinuxException e) {
      // Waking writes to guest memory, which may have vanished while the pair slept.
      LOG.log(Level.WARNING, "a queue pair cannot be woken and is taken out of service", e);
      watch.pair().failed(e, this);
    }
  }

  /** Puts a descriptor into the epoll set; one below 0 gives a watch of nothing. */
  Watch watch(QueuePair pair, int fd, int events, boolean drained) throws LinuxException {
    if (fd < 0) {
      return null;
    }
    int tag = watches.indexOf(null);
    if (tag < 0) {
      tag = watches.size();
      watches.add(null);
    }
    Watch watch = new Watch(epoll, pair, fd, events, drained, tag);
    watches.set(tag, watch);
    return watch;
  }

  void forget(Watch watch) {
    if (watch != null) {
      watch.remove();
      watches.set((int) watch.tag(), null);
    }
  }

  void add(QueuePair pair) {
    if (Arrays.stream(pairs).noneMatch(p -> p == pair)) {
      QueuePair[] more = Arrays.copyOf(pairs, pairs.length + 1);
      more[pairs.length] = pair;
      pairs = more;
    }
  }

  void remove(QueuePair pair) {
    pairs = Arrays.stream(pairs).filter(p -> p != pair).toArray(QueuePair[]::new);
  }

  /** Ends the thread. Its pairs must have been detached. */
  @Override
  public void close() {
    stopped = true;
    wake.signal();
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
    epoll.close();
    wake.close();
  }
}
