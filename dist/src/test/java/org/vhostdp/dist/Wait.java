package org.vhostdp.dist;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/** Waiting for what another process does. */
final class Wait {
  private static final long PAUSE_NANOS = 10_000_000;

  private Wait() {}

  /** Something that may be asked again and again. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** What to say when it never came. */
  interface Message {
    String text() throws IOException;
  }

  /** Asks every 10 ms until it holds; the test fails at the limit. */
  static void until(Duration limit, Condition condition, Message otherwise) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        Assertions.fail("After " + limit.toMillis() + " ms: " + otherwise.text());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
