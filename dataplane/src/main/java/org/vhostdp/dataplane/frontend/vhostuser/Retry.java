package org.vhostdp.dataplane.frontend.vhostuser;

/** When to try again after a failure: soon at first, then less and less often. Control thread. */
final class Retry {
  private static final long FIRST_NANOS = 250_000_000L;
  private static final long MOST_NANOS = 5_000_000_000L;

  private long delay;
  private long due;

  /** Nothing to try. */
  Retry() {}

  /** Schedules the next attempt. */
  void later(long now) {
    delay = delay == 0 ? FIRST_NANOS : Math.min(2 * delay, MOST_NANOS);
    due = now + delay;
  }

  /** It worked: the next failure is a first one. */
  void done() {
    delay = 0;
  }

  /** Milliseconds until the next attempt, rounded up; -1 if there is none to make. */
  int millis(long now) {
    return delay == 0 ? -1 : (int) Math.max(0, (due - now + 999_999) / 1_000_000);
  }

  /** Whether an attempt is due. */
  boolean due(long now) {
    return delay != 0 && now - due >= 0;
  }
}
