package org.vhostdp.dataplane.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What an IO thread counts of itself. Written by that thread only, and by its substitute after it;
 * read by anybody.
 */
final class Figures {
  /** Buckets of turn times: bucket i counts those of 2^i nanoseconds and more. */
  static final int BUCKETS = 32;

  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PAD = 8;
  private static final int BUSY_TURNS = PAD;
  private static final int BUSY_NANOS = PAD + 1;
  private static final int SLEEPS = PAD + 2;
  private static final int CPU_NANOS = PAD + 3;
  private static final int TURNS = PAD + 4;

  private final long[] values = new long[TURNS + BUCKETS + PAD];

  /** CPU time of threads that were replaced. */
  private long earlier;

  private void add(int at, long n) {
    VALUES.setOpaque(values, at, values[at] + n);
  }

  private long get(int at) {
    return (long) VALUES.getOpaque(values, at);
  }

  void busyTurn() {
    add(BUSY_TURNS, 1);
  }

  /** A turn that had work took so long. */
  void busyTime(long nanos) {
    add(BUSY_NANOS, nanos);
    int bucket = nanos <= 1 ? 0 : Math.min(BUCKETS - 1, 63 - Long.numberOfLeadingZeros(nanos));
    add(TURNS + bucket, 1);
  }

  /** It goes to sleep, having used so much CPU time. */
  void sleeps(long cpuNanos) {
    add(SLEEPS, 1);
    VALUES.setOpaque(values, CPU_NANOS, earlier + cpuNanos);
  }

  /** Another thread goes on counting; its CPU time begins at 0. */
  void replaced() {
    earlier = values[CPU_NANOS];
  }

  long busyTurns() {
    return get(BUSY_TURNS);
  }

  long busyNanos() {
    return get(BUSY_NANOS);
  }

  long sleeps() {
    return get(SLEEPS);
  }

  long cpuNanos() {
    return get(CPU_NANOS);
  }

  long[] turnHistogram() {
    long[] turns = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      turns[i] = get(TURNS + i);
    }
    return turns;
  }
}
