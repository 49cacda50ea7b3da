package org.vhostdp.dataplane.qos;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Whose turn it is at a limit that queues share. Each queue's part is counted in bytes divided by
 * its weight; one that is more than a quantum ahead of another that waits lets that go first. A
 * queue that does not wait leaves its part to the others and saves up nothing beyond one burst.
 *
 * <p>Queues may be on several threads. Each writes its own entries only; what it reads of others
 * may be a moment old, which shifts a turn and never loses one.
 */
final class Turns {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Entries of one queue: two cache lines, so that threads do not share one. */
  private static final int STRIDE = 16;

  private static final int SERVED = 0;
  private static final int WAITING = 1;

  /** Fractions of a byte, for weights. */
  private static final int FRACTION = 16;

  /** How long a queue that was sent away counts as waiting beyond the time it was told. */
  static final long GRACE_NANOS = 20_000_000;

  private final long[] entries;
  private final double[] factor;
  private final int[] priority;
  private final long quantum;
  private final long lag;
  private long floor;

  /**
   * For the queues of one port and direction.
   *
   * @param weights by queue
   * @param priorities by queue; 0 goes first
   * @param quantum bytes that the heaviest queue may be ahead
   * @param burst bytes that a queue may have saved up
   */
  Turns(int[] weights, int[] priorities, long quantum, long burst) {
    int heaviest = Arrays.stream(weights).max().orElse(1);
    factor = Arrays.stream(weights).mapToDouble(w -> (double) FRACTION * heaviest / w).toArray();
    priority = priorities.clone();
    entries = new long[(weights.length + 1) * STRIDE];
    this.quantum = quantum * FRACTION;
    this.lag = burst * FRACTION;
  }

  private static int at(int queue, int entry) {
    return (queue + 1) * STRIDE + entry;
  }

  /** Bytes that a queue may send before it is another's turn; 0 if that is now. */
  long room(int queue, long now) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < factor.length; i++) {
      if (i == queue || !waits(i, now)) {
        continue;
      }
      if (priority[i] < priority[queue]) {
        return 0;
      }
      if (priority[i] == priority[queue]) {
        least = Math.min(least, (long) LONGS.getOpaque(entries, at(i, SERVED)));
      }
    }
    if (least == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long ahead = least + quantum - (long) LONGS.getOpaque(entries, at(queue, SERVED));
    return ahead <= 0 ? 0 : (long) (ahead / factor[queue]) + 1;
  }

  private boolean waits(int queue, long now) {
    long until = (long) LONGS.getOpaque(entries, at(queue, WAITING));
    return until != 0 && until - now > 0;
  }

  /** A queue has frames for which there was no room: it comes again before then. */
  void waiting(int queue, long until) {
    LONGS.setOpaque(entries, at(queue, WAITING), until | 1);
  }

  /** A queue has no frames. */
  void idle(int queue) {
    LONGS.setOpaque(entries, at(queue, WAITING), 0L);
  }

  /** A queue has sent so many bytes. */
  void served(int queue, long bytes) {
    int at = at(queue, SERVED);
    long line = floor;
    long before = Math.max((long) LONGS.getOpaque(entries, at), line - lag);
    LONGS.setOpaque(entries, at, before + (long) (bytes * factor[queue]));
    if (before > line) {
      floor = before;
    }
  }
}
