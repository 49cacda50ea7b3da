package org.vhostdp.bench.host;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be closed when the process is told to end in the middle of a suite; newest first. */
final class AtExit {
  private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll));
  }

  private AtExit() {}

  static void add(AutoCloseable open) {
    synchronized (OPEN) {
      OPEN.push(open);
    }
  }

  /** It has been closed in the usual way. */
  static void remove(AutoCloseable closed) {
    synchronized (OPEN) {
      OPEN.remove(closed);
    }
  }

  private static AutoCloseable next() {
    synchronized (OPEN) {
      return OPEN.poll();
    }
  }

  private static void closeAll() {
    for (AutoCloseable open = next(); open != null; open = next()) {
      try {
        open.close();
      } catch (Exception e) {
        System.err.println("bench: while ending: " + e.getMessage());
      }
    }
  }
}
