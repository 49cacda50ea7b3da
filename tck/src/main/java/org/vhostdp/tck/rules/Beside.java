package org.vhostdp.tck.rules;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vhostdp.tck.rule.Broken;

/**
 * A thread beside the test's own, which ends before the trial does.
 *
 * @param <T> what it finds out
 */
final class Beside<T> implements AutoCloseable {
  /**
   * Ends a hang. It measures nothing: a machine that is busy elsewhere may not run a thread for
   * seconds.
   */
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final FutureTask<T> task;
  private final Thread thread;

  /**
   * Starts the thread.
   *
   * @param work looks at {@link Thread#interrupted} if it has no end of its own
   */
  Beside(Callable<T> work) {
    task = new FutureTask<>(work);
    thread = Thread.ofPlatform().daemon().name("tck-beside").start(task);
  }

  /** Waits for the work's end; what it threw is thrown here. */
  T result() throws Exception {
    try {
      return task.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new Broken("a thread beside the test did not end within " + LONGEST.toSeconds() + " s");
    }
  }

  boolean isDone() {
    return task.isDone();
  }

  @Override
  public void close() {
    thread.interrupt();
    boolean ended = false;
    try {
      ended = thread.join(LONGEST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      throw new IllegalStateException("A thread of the test is stuck in the driver.");
    }
  }
}
