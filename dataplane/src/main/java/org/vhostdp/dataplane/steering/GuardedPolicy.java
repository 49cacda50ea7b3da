package org.vhostdp.dataplane.steering;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.QueuePolicy;

/** A policy, and what it does wrong. One IO thread. */
final class GuardedPolicy {
  private static final Logger LOG = System.getLogger(GuardedPolicy.class.getName());

  /** Faults after which it is not asked any more. */
  static final int MOST_FAULTS = 1000;

  private final QueuePolicy policy;
  private final String name;
  private int faults;

  /**
   * @param name what the configuration calls it
   */
  GuardedPolicy(QueuePolicy policy, String name) {
    this.policy = policy;
    this.name = name;
  }

  /** What it did wrong so far. */
  int faults() {
    return faults;
  }

  boolean isOff() {
    return faults >= MOST_FAULTS;
  }

  /**
   * Asks.
   *
   * @return 0 to queues - 1, or -1 if it gave no such answer
   */
  int queue(MemorySegment frame, long offset, int length, int hash, int queues) {
    if (isOff()) {
      return -1;
    }
    int answer;
    try {
      answer = policy.queue(frame, offset, length, hash, queues);
    } catch (Throwable thrown) {
      // A stranger's code: whatever it throws, frames go on.
      fault("it threw " + thrown.getClass().getName());
      return -1;
    }
    if (answer < 0 || answer >= queues) {
      fault("it named queue " + answer + " of " + queues);
      return -1;
    }
    return answer;
  }

  private void fault(String what) {
    if (++faults == MOST_FAULTS) {
      LOG.log(
          Level.WARNING,
          "The steering policy {0} was at fault {1} times, the last time because {2}. It is"
              + " switched off; frames go where their hash says.",
          name,
          faults,
          what);
    }
  }
}
