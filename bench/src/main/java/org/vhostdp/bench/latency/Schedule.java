package org.vhostdp.bench.latency;

/**
 * When the frames of a window are due: one by one, evenly spaced, from {@code start} on.
 *
 * @param start of frame 0, nanoseconds of the clock
 * @param rate frames per second
 * @param frames how many
 */
record Schedule(long start, int rate, long frames) {
  private static final long SECOND = 1_000_000_000L;

  /** When frame {@code index} is due, nanoseconds of the clock. */
  long due(long index) {
    return start + index * SECOND / rate;
  }

  /** When the last frame's time is over. */
  long end() {
    return due(frames);
  }
}
