package org.vhostdp.dataplane.io;

/** A pair's share of its IO thread's turns. That thread only. */
final class Share {
  /** A turn that moved so many frames could have moved more. */
  static final int FULL_BURST = 32;

  /** However busy higher priorities are, a pair has one of so many turns. */
  static final int AT_LEAST_ONE_IN = 64;

  private int priority;
  private int weight = 1;
  private int passedOver;

  /**
   * @param priority 0 is the highest
   * @param weight most turns in a row, 1 to 64
   */
  void set(int priority, int weight) {
    if (priority < 0) {
      throw new IllegalArgumentException("a priority is 0 or more, not " + priority);
    }
    if (weight < 1 || weight > 64) {
      throw new IllegalArgumentException("a weight is 1 to 64, not " + weight);
    }
    this.priority = priority;
    this.weight = weight;
  }

  int priority() {
    return priority;
  }

  int weight() {
    return weight;
  }

  /** Whether both mean the same. */
  boolean equal(Share other) {
    return priority == other.priority && weight == other.weight;
  }

  /** Passed over once more; true if it may not be any longer. */
  boolean overdue() {
    return ++passedOver >= AT_LEAST_ONE_IN;
  }

  void served() {
    passedOver = 0;
  }
}
