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
import org.vhostdp.dataplane.offload.InternetChecksum;

/** The Internet checksum of a frame's bytes, from its transport header on. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ChecksumBenchmark {
  private static final int BURST = 64;
  private static final int STRIDE = 9216;

  /** Ethernet and IPv4 headers. */
  private static final int START = 34;

  @Param({"64", "256", "1500", "9000"})
  public int bytes;

  private MemorySegment frames;

  /** For JMH. */
  public ChecksumBenchmark() {}

  @Setup
  public void allocate() {
    frames = Arena.global().allocate((long) BURST * STRIDE, 64).fill((byte) 0xA7);
  }

  @Benchmark
  @OperationsPerInvocation(BURST)
  public int frame() {
    int all = 0;
    for (int i = 0; i < BURST; i++) {
      all ^= InternetChecksum.sum(frames, (long) i * STRIDE + START, bytes - START);
    }
    return all;
  }
}
