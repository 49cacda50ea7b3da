package org.vhostdp.bench.latency;

/** A way out and back for frames that carry one number each. One thread; allocates nothing. */
interface Wire {
  /** {@link #receive} found no frame. */
  long NOTHING = -1;

  /** {@link #receive} found a frame that was never sent like that. */
  long FOREIGN = -2;

  /**
   * Prepares a frame; it leaves with {@link #flush} at the latest.
   *
   * @param number 0 or more
   * @return {@code false} if there is no room now
   */
  boolean send(long number);

  /** Lets go what was prepared. */
  void flush();

  /** The number of the next frame that came back, or {@link #NOTHING} or {@link #FOREIGN}. */
  long receive();

  /** How many frames may be on their way without one being dropped for want of room. */
  int room();
}
