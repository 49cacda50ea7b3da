package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.OptionalDouble;

/** One of two back-ends that take turns on one core, each with a port and a device. */
interface Side extends AutoCloseable {
  /**
   * Its counters.
   *
   * @param nanos of the clock
   * @param busyNanos of turns that moved something
   * @param cpuNanos of all its threads; absent where it polls all the time anyway
   */
  record Counters(long nanos, double busyNanos, OptionalDouble cpuNanos) {}

  /** Its name in samples. */
  String name();

  /** The kernel's side of its device. */
  String kernelSide();

  /** Begins to move frames, if it does not do so by itself. */
  void go() throws IOException, InterruptedException;

  /** Ends moving frames: from then on it uses no CPU, once the others have stopped too. */
  void halt() throws IOException, InterruptedException;

  Counters counters() throws IOException, InterruptedException;

  /** What it printed. */
  String output();

  @Override
  void close();
}
