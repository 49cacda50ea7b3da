package org.vhostdp.bench.structure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the hot path must never become: more accesses to memory in one method than C2 inlines. */
public final class Overgrown {
  private static final long NANOS = 1_500_000_000L;

  private Overgrown() {}

  /** Runs long enough to be compiled. */
  public static void main(String[] arguments) {
    MemorySegment memory = Arena.global().allocate(8192, 8);
    long sum = 0;
    for (long end = System.nanoTime() + NANOS; System.nanoTime() < end; ) {
      sum += everything(memory, 100);
    }
    System.err.println("sum " + sum);
  }

  private static long everything(MemorySegment memory, int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      sum += eighth(memory, 0) + eighth(memory, 1) + eighth(memory, 2) + eighth(memory, 3);
      sum += eighth(memory, 4) + eighth(memory, 5) + eighth(memory, 6) + eighth(memory, 7);
    }
    return sum;
  }

  private static long eighth(MemorySegment memory, long at) {
    long sum = part(memory, 8 * at) + part(memory, 8 * at + 1) + part(memory, 8 * at + 2);
    sum += part(memory, 8 * at + 3) + part(memory, 8 * at + 4) + part(memory, 8 * at + 5);
    return sum;
  }

  private static long part(MemorySegment memory, long at) {
    long first = memory.get(ValueLayout.JAVA_LONG, 8 * at);
    memory.set(ValueLayout.JAVA_LONG, 8 * at + 1024, first + 1);
    long second = memory.get(ValueLayout.JAVA_LONG, 8 * at + 2048);
    memory.set(ValueLayout.JAVA_LONG, 8 * at + 3072, second + 1);
    return first + second;
  }
}
