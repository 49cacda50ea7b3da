package org.vhostdp.bench.peers;

import java.io.IOException;

/** One of two back-ends that take turns on one core. */
interface BackEnd extends AutoCloseable {
  /**
   * Its counters.
   *
   * @param frames moved, each counted once also where it goes both ways
   * @param busyNanos of turns that moved something
   * @param refused frames that a sender could not hand over
   * @param bursts they came in; 0 if unknown
   */
  record Counters(long frames, double busyNanos, long refused, long bursts) {}

  /** Its name in samples. */
  String side();

  /** Begins to move frames, if it does not do so by itself. */
  void go() throws IOException, InterruptedException;

  /** Ends moving frames: from then on it uses no CPU, once the client has stopped too. */
  void halt() throws IOException, InterruptedException;

  Counters counters() throws IOException, InterruptedException;

  /** What it printed. */
  String output();

  @Override
  void close();
}
