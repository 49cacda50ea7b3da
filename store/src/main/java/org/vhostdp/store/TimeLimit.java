package org.vhostdp.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a driver's code that might never return. What hangs is interrupted and left behind on its
 * daemon thread: Java cannot end it.
 */
final class TimeLimit {
  private TimeLimit() {}

  /**
   * Runs the work on a thread of its own and waits for it.
   *
   * @throws TimeoutException if it takes longer
   * @throws ExecutionException with what it threw
   */
  static <T> T run(String name, Duration limit, Callable<T> work)
      throws TimeoutException, ExecutionException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
    boolean interrupted = false;
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (true) {
        try {
          return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (TimeoutException e) {
      thread.interrupt();
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
