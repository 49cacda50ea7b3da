package org.vhostdp.bench.structure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs variations of the hot path until the compilers have nothing left to do, then for a while
 * longer. Arguments are names of variations; one after {@code late:} joins only then, which is what
 * a program that never settles looks like. On standard error stand the milliseconds of the clock at
 * which the steady state began and ended.
 */
public final class HotPath {
  static final String STEADY = "steady from ";
  static final String ENDED = " to ";
  static final String LATE = "late:";

  /** Rounds between two looks at the compilers: some milliseconds. */
  private static final int ROUNDS = 32;

  /** Times of this thread on a core: on a busy machine the compilers get no more than that. */
  private static final long QUIET_NANOS = 400_000_000L;

  /** Pieces of work without a compilation: of several threads all have done their part in each. */
  private static final int QUIET_TURNS = 16;

  private static final long STEADY_NANOS = 100_000_000L;
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private HotPath() {}

  /** Runs the variations named. */
  public static void main(String[] arguments) throws Exception {
    List<PrivateQueue> warm = new ArrayList<>();
    List<PrivateQueue> steady = new ArrayList<>();
    for (String argument : arguments) {
      boolean late = argument.startsWith(LATE);
      Variation variation = Variation.of(late ? argument.substring(LATE.length()) : argument);
      PrivateQueue queue = new PrivateQueue(variation, PrivateQueue.Between.NOTHING);
      steady.add(queue);
      if (!late) {
        warm.add(queue);
      }
    }
    PrivateQueue[] first = warm.toArray(PrivateQueue[]::new);
    settle(() -> rounds(first));
    long from = System.currentTimeMillis();
    PrivateQueue[] all = steady.toArray(PrivateQueue[]::new);
    long end = THREADS.getCurrentThreadCpuTime() + STEADY_NANOS;
    do {
      rounds(all);
    } while (THREADS.getCurrentThreadCpuTime() < end);
    System.err.println(STEADY + from + ENDED + System.currentTimeMillis());
    steady.forEach(PrivateQueue::close);
  }

  /** Does the same work again and again until nothing is left to compile. */
  static void settle(Runnable work) {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long start = THREADS.getCurrentThreadCpuTime();
    long quiet = start;
    long spent = -1;
    int turns = 0;
    while (turns < QUIET_TURNS || THREADS.getCurrentThreadCpuTime() - quiet < QUIET_NANOS) {
      work.run();
      turns++;
      if (compilers.getTotalCompilationTime() != spent) {
        spent = compilers.getTotalCompilationTime();
        quiet = THREADS.getCurrentThreadCpuTime();
        turns = 0;
      }
      if (quiet - start > LIMIT_NANOS) {
        throw new IllegalStateException(
            "After %d s at the same work the compilers have not come to an end."
                .formatted(LIMIT_NANOS / 1_000_000_000));
      }
    }
  }

  private static void rounds(PrivateQueue[] queues) {
    for (int i = 0; i < ROUNDS; i++) {
      for (PrivateQueue queue : queues) {
        queue.round();
      }
    }
  }
}
