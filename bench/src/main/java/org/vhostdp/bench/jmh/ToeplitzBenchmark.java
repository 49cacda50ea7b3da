package org.vhostdp.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.vhostdp.dataplane.offload.Toeplitz;

/** The hash of receive-side scaling, over 1024 flows. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ToeplitzBenchmark {
  private static final int FLOWS = 1024;
  private static final int STRIDE = 64;

  private Toeplitz toeplitz;
  private MemorySegment headers;

  /** For JMH. */
  public ToeplitzBenchmark() {}

  @Setup
  public void fill() {
    Random random = new Random(1);
    byte[] key = new byte[40];
    random.nextBytes(key);
    toeplitz = new Toeplitz(key);
    headers = Arena.global().allocate((long) FLOWS * STRIDE, 64);
    for (long at = 0; at < headers.byteSize(); at++) {
      headers.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
  }

  /** Offsets as in frames without tags. */
  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int ipv4WithPorts() {
    int all = 0;
    for (int i = 0; i < FLOWS; i++) {
      long frame = (long) i * STRIDE;
      all ^= toeplitz.ipv4(headers, frame + 26, frame + 34);
    }
    return all;
  }

  @Benchmark
  @OperationsPerInvocation(FLOWS)
  public int ipv6WithPorts() {
    int all = 0;
    for (int i = 0; i < FLOWS; i++) {
      long frame = (long) i * STRIDE;
      all ^= toeplitz.ipv6(headers, frame + 22, frame + 54);
    }
    return all;
  }
}
