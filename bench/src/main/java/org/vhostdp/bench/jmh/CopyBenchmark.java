package org.vhostdp.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The copy of one frame between two bounded segments, a burst at a time over 2 MiB of each. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CopyBenchmark {
  private static final int BURST = 64;
  private static final long BYTES = 2L << 20;

  @Param({"64", "256", "1500", "9000"})
  public int bytes;

  private MemorySegment from;
  private MemorySegment to;
  private long stride;
  private long at;

  /** For JMH. */
  public CopyBenchmark() {}

  @Setup
  public void allocate() {
    from = Arena.global().allocate(BYTES, 64).fill((byte) 1);
    to = Arena.global().allocate(BYTES, 64).fill((byte) 2);
    // The frame with its header of 12 bytes, in whole cache lines.
    stride = bytes + 12 + 63 & -64;
  }

  @Benchmark
  @OperationsPerInvocation(BURST)
  public long frame() {
    if (at + BURST * stride > BYTES) {
      at = 0;
    }
    copy(from, at + 12, to, at, stride, bytes);
    at += BURST * stride;
    return at;
  }

  /** Locals only: a store to memory outside the heap makes the compiler load every field again. */
  private static void copy(
      MemorySegment from, long source, MemorySegment to, long target, long stride, int bytes) {
    for (int i = 0; i < BURST; i++) {
      MemorySegment.copy(from, source + i * stride, to, target + i * stride, bytes);
    }
  }
}
