package org.vhostdp.dataplane.steering;

import java.util.Arrays;

/**
 * Where flows were last sent from, by their symmetric hash. One IO thread.
 *
 * <p>Flows of the same bucket share what is remembered: the newest one is noted. A bucket's frames
 * go to another queue only when none of them waits for the old one any more, so frames of a flow
 * stay in order when it moves.
 */
final class FlowTable {
  private static final int BUCKETS = 4096;
  private static final int MASK = BUCKETS - 1;
  private static final int NONE = -1;

  private final int[] flow = new int[BUCKETS];
  private final int[] sender = new int[BUCKETS];
  private final int[] queue = new int[BUCKETS];
  private final long[] last = new long[BUCKETS];

  FlowTable() {
    Arrays.fill(sender, NONE);
    Arrays.fill(queue, NONE);
  }

  /** Notes that a flow is sent from a queue. */
  void note(int hash, int from) {
    flow[hash & MASK] = hash;
    sender[hash & MASK] = from;
  }

  /** The queue that a flow was last sent from, or -1. */
  int sender(int hash) {
    return flow[hash & MASK] == hash ? sender[hash & MASK] : NONE;
  }

  /** The queue that frames of a flow's bucket still wait for, or else the one that is wanted. */
  int settled(int hash, int wanted, FrameRing[] rings) {
    int now = queue[hash & MASK];
    boolean waits = now >= 0 && rings[now] != null && rings[now].released() < last[hash & MASK];
    return waits ? now : wanted;
  }

  /** Notes that a frame of a flow was put into a ring, and is the last there. */
  void putInto(int hash, int to, FrameRing ring) {
    queue[hash & MASK] = to;
    last[hash & MASK] = ring.put();
  }
}
