package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.timespec;

/**
 * The calling platform thread and its processors. On a virtual thread the answers are about
 * whatever carries it at the moment.
 */
public final class Threads {
  /** Bytes of a cpu set that covers every processor a kernel can be built for (NR_CPUS 8192). */
  private static final long CPU_SET_BYTES = 1024;

  private Threads() {}

  /** How many processors this process may use, whatever the calling thread is pinned to. */
  public static int cpus() {
    // The first thread of a process has the process's number; the launcher never pins it.
    return affinity((int) ProcessHandle.current().pid()).cardinality();
  }

  /** The processors the calling thread may run on, ascending. */
  public static int[] affinity() {
    return affinity(0).stream().toArray();
  }

  private static BitSet affinity(int tid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(CPU_SET_BYTES, Long.BYTES);
      int result = ThreadCalls.getAffinity(CallState.ofThread(), tid, set);
      if (result < 0) {
        throw new IllegalStateException("sched_getaffinity: " + Errno.name(-result) + ".");
      }
      return BitSet.valueOf(set.toArray(ValueLayout.JAVA_LONG));
    }
  }

  /**
   * Ties the calling thread, and the threads it will start, to one processor.
   *
   * @param cpu a processor's number, as in {@link #affinity}
   * @return false if this process may not use that processor, or on a virtual thread
   */
  public static boolean pin(int cpu) {
    if (cpu < 0 || cpu >= CPU_SET_BYTES * Byte.SIZE || Thread.currentThread().isVirtual()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(CPU_SET_BYTES, Long.BYTES);
      set.setAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE, 1L << cpu);
      return ThreadCalls.setAffinity(CallState.ofThread(), 0, set) == 0;
    }
  }

  /** The kernel's number of the calling thread, as in /proc/self/task. */
  public static int tid() {
    return ThreadCalls.tid(CallState.ofThread());
  }

  /** Processor time of the calling thread in nanoseconds, CLOCK_THREAD_CPUTIME_ID. */
  public static long cpuNanos() {
    return clock(Libc.CLOCK_THREAD_CPUTIME_ID());
  }

  /** Processor time of all threads of this process in nanoseconds, CLOCK_PROCESS_CPUTIME_ID. */
  public static long processCpuNanos() {
    return clock(Libc.CLOCK_PROCESS_CPUTIME_ID());
  }

  private static long clock(int clock) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = timespec.allocate(arena);
      int result = ThreadCalls.clock(CallState.ofThread(), clock, time);
      if (result < 0) {
        throw new IllegalStateException("clock_gettime: " + Errno.name(-result) + ".");
      }
      return timespec.tv_sec(time) * 1_000_000_000L + timespec.tv_nsec(time);
    }
  }
}
