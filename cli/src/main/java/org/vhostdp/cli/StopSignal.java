package org.vhostdp.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT and SIGTERM as a request: the command ends its work in its own thread, and only then the
 * process ends.
 */
public final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final boolean success;
  private final Runnable action;
  private final Thread hook;

  private StopSignal(boolean success, Runnable action) {
    this.success = success;
    this.action = action;
    this.hook = Thread.ofPlatform().name("stop").unstarted(this::signalled);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** For a command that is meant to run until a signal: its exit code is that of a success. */
  static StopSignal asSuccess() {
    return new StopSignal(true, () -> {});
  }

  /**
   * For a command that a signal breaks off: its exit code is 128 and the signal's number.
   *
   * @param action ends the work, or lets it end itself; called on a thread of its own
   */
  public static StopSignal asInterrupt(Runnable action) {
    return new StopSignal(false, action);
  }

  private void signalled() {
    asked.countDown();
    action.run();
    boolean late;
    try {
      late = !done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      late = true;
    }
    if (late) {
      System.err.println("vhost-dp: Something did not end in time; the process ends without it.");
    }
    if (success) {
      end(late ? Exit.FAILED : Exit.OK);
    }
  }

  /** Java would report the signal. Only flight recordings wait for the end of the process here. */
  private static void end(int code) {
    try {
      FlightRecordings.finish();
    } catch (IllegalStateException e) {
      // Java's own hook, which runs beside this one, has just stopped it.
      System.getLogger(StopSignal.class.getName())
          .log(System.Logger.Level.DEBUG, "a flight recording had ended", e);
    } finally {
      Runtime.getRuntime().halt(code);
    }
  }

  /** Waits for a signal; whether it came in time. */
  boolean await(long millis) throws InterruptedException {
    return asked.await(millis, TimeUnit.MILLISECONDS);
  }

  /** The work has ended: after a signal this lets the process go. */
  @Override
  public void close() {
    done.countDown();
    if (asked.getCount() != 0) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came just now: the hook runs and finds the work done.
        asked.countDown();
      }
    }
  }
}
