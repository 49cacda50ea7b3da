package org.vhostdp.tck.run;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Watches one thread, and says where it stands when its time is over. */
final class TimeLimit {
  private final Thread watched;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().daemon().name("tck-limit").unstarted(work));
  private AtomicBoolean open = new AtomicBoolean();
  private ScheduledFuture<?> alarm;

  TimeLimit(Thread watched) {
    this.watched = watched;
    // Its thread exists before any rule counts threads.
    clock.execute(() -> {});
  }

  /**
   * Begins a trial.
   *
   * @param late told once where the thread stands, in words, if {@link #end} comes too late
   */
  void begin(Duration limit, Consumer<String> late) {
    AtomicBoolean mine = new AtomicBoolean(true);
    open = mine;
    alarm =
        clock.schedule(
            () -> {
              if (mine.compareAndSet(true, false)) {
                late.accept(where());
              }
            },
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Ends the trial; false if it was too late. */
  boolean end() {
    alarm.cancel(false);
    return open.compareAndSet(true, false);
  }

  private String where() {
    StackTraceElement[] stack = watched.getStackTrace();
    for (StackTraceElement frame : stack) {
      if (!frame.getClassName().startsWith("java.")
          && !frame.getClassName().startsWith("jdk.")
          && !frame.getClassName().startsWith("sun.")) {
        return "; it stood in " + stack[0] + (frame == stack[0] ? "" : ", called by " + frame);
      }
    }
    return stack.length == 0 ? "" : "; it stood in " + stack[0];
  }
}
