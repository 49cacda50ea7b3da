package org.vhostdp.driver.loopback;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters of one queue since the port was opened. Each has one writer, except {@link #LOST} and
 * {@link #LONG_LOST}; all may be read at any time.
 */
final class Tally {
  /** Frames given to the host, or sent by it. */
  static final int FRAMES = 0;

  /** Bytes of those. */
  static final int BYTES = 1;

  /** Frames lost by the queue's owner. */
  static final int DROPPED = 2;

  /** Frames refused. */
  static final int ERRORS = 3;

  /** Frames given back that were not lent, or not in order. */
  static final int LENDING_ERRORS = 4;

  /** Frames that would have had to be segmented; part of {@link #DROPPED}. */
  static final int GSO_UNSUPPORTED = 5;

  /** Frames that found no room at a receive queue; counted by whoever sends. */
  static final int LOST = 6;

  /** Frames longer than the receiver's; part of {@link #LOST}. */
  static final int LONG_LOST = 7;

  /** Frames longer than the buffers to receive into; part of {@link #DROPPED}. */
  static final int TOO_LONG = 8;

  /** Keeps the counters of two queues out of one cache line. */
  private static final int PADDING = 16;

  private final AtomicLongArray counters = new AtomicLongArray(PADDING + 9 + PADDING);

  /** For the counter's only writer: a plain addition, published. */
  void add(int counter, long n) {
    int at = PADDING + counter;
    counters.setRelease(at, counters.getPlain(at) + n);
  }

  /** Adds frames of some lengths; no more than an area has, so that their sum is an int. */
  void addFrames(int[] lengths, int n) {
    int bytes = 0;
    for (int i = 0; i < n; i++) {
      bytes += lengths[i];
    }
    add(FRAMES, n);
    add(BYTES, bytes);
  }

  /** For {@link #LOST} and {@link #LONG_LOST}, which several senders write. */
  void addShared(int counter, long n) {
    counters.getAndAdd(PADDING + counter, n);
  }

  long get(int counter) {
    return counters.getAcquire(PADDING + counter);
  }
}
