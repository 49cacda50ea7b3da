package org.vhostdp.cli.control;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few threads for what takes time. What has the same name is done in order, one after another;
 * what waits is bounded. Threads come when they are needed, and go.
 */
final class Lanes implements AutoCloseable {
  private static final int LANES = 4;
  private static final int MOST_WAITING = 16;
  private static final long IDLE_SECONDS = 10;
  private static final long END_SECONDS = 20;

  private final List<ThreadPoolExecutor> lanes = new ArrayList<>();

  Lanes() {
    for (int i = 0; i < LANES; i++) {
      String name = "control-" + i;
      ThreadPoolExecutor lane =
          new ThreadPoolExecutor(
              1,
              1,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(MOST_WAITING),
              task -> Thread.ofPlatform().name(name).daemon(true).unstarted(task));
      lane.allowCoreThreadTimeOut(true);
      lanes.add(lane);
    }
  }

  /** Does something soon; false if too much waits before it. */
  boolean submit(String name, Runnable task) {
    try {
      lanes.get(Math.floorMod(name.hashCode(), LANES)).execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Waits for what was submitted. */
  @Override
  public void close() {
    lanes.forEach(ThreadPoolExecutor::shutdown);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
    try {
      for (ThreadPoolExecutor lane : lanes) {
        lane.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
