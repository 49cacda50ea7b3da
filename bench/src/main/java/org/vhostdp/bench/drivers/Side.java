package org.vhostdp.bench.drivers;

import java.io.IOException;

/** One of two back-ends that take turns on one core, each with a port and a device. */
interface Side extends AutoCloseable {
  /**
   * Its counters.
   *
   * @param nanos of the clock
   * @param busyNanos of turns that moved something
   * @param cpuNanos of all its threads
   */
  record Counters(long nanos, double busyNanos, long cpuNanos) {}

  /** Its name in samples. */
  String name();

  /** Whether it uses CPU even where there is nothing to do. */
  boolean alwaysPolls();

  /** Begins to move frames, if it does not do so by itself. */
  void go() throws IOException, InterruptedException;

  /** Ends moving frames: from then on it uses no CPU, once the others have stopped too. */
  void halt() throws IOException, InterruptedException;

  Counters counters() throws IOException, InterruptedException;

  /** CPU time of all its threads. */
  long cpuNanos() throws IOException;

  /** What it printed. */
  String output();

  @Override
  void close();
}
