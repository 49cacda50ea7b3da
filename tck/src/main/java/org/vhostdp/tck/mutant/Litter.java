package org.vhostdp.tck.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What broken drivers leave behind. It stays until the next one is made, so that a process which
 * tries them all does not run out of anything.
 */
final class Litter {
  private static final Deque<AutoCloseable> LEFT = new ArrayDeque<>();

  private Litter() {}

  /** Leaves something behind. */
  static synchronized void leave(AutoCloseable thing) {
    LEFT.push(thing);
  }

  /** Keeps an object from being garbage. */
  static void hold(Object object) {
    // The lambda refers to it; there is nothing else to let go of.
    leave(() -> object.hashCode());
  }

  /** Removes what was left. */
  static synchronized void sweep() {
    while (!LEFT.isEmpty()) {
      try {
        LEFT.pop().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException("A broken driver's litter cannot be removed: " + e, e);
      }
    }
  }
}
