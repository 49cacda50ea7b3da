package org.vhostdp.dataplane.io;

import java.util.Arrays;
import java.util.Comparator;

/** The pairs of one loop, in the order of their turns. Changed between turns only. */
final class PairSet {
  private QueuePair[] pairs;
  private boolean shared;

  PairSet(QueuePair[] pairs) {
    this.pairs = pairs;
    arrange();
  }

  /** As it is now; a change makes another array. */
  QueuePair[] now() {
    return pairs;
  }

  /** Whether not all have the same share; then they are sorted by priority. */
  boolean shared() {
    return shared;
  }

  /** After a command a pair may have become empty, or be so no more, or have another share. */
  void settle(QueuePair pair) {
    QueuePair[] others = without(pair);
    if (pair.empty()) {
      pairs = others;
    } else if (others.length == pairs.length) {
      pairs = Arrays.copyOf(others, others.length + 1);
      pairs[others.length] = pair;
    }
    arrange();
  }

  /** All but one. */
  QueuePair[] without(QueuePair pair) {
    return Arrays.stream(pairs).filter(p -> p != pair).toArray(QueuePair[]::new);
  }

  private void arrange() {
    shared = Arrays.stream(pairs).anyMatch(pair -> !pair.share().equal(pairs[0].share()));
    if (shared) {
      pairs = pairs.clone();
      Arrays.sort(pairs, Comparator.comparingInt(pair -> pair.share().priority()));
    }
  }

  /** A reader that looks without pause takes the ring's cache line away from its writer. */
  static void pause(QueuePair[] pairs) {
    int pauses = 0;
    for (QueuePair pair : pairs) {
      pauses = Math.max(pauses, pair.pauses());
    }
    for (int i = 0; i < pauses; i++) {
      Thread.onSpinWait();
    }
  }
}
