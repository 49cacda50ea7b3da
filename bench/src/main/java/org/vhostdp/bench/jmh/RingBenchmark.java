package org.vhostdp.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A frame's way between ring and driver, one copy included. A full ring passes for each invocation;
 * what the guest does before is not counted.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class RingBenchmark {
  @Param({"split", "packed"})
  public String ring;

  @Param({"transmit", "receive"})
  public String direction;

  @Param({"64", "1500"})
  public int bytes;

  private PrivateRing queue;

  /** For JMH. */
  public RingBenchmark() {}

  @Setup
  public void open() throws Exception {
    queue = new PrivateRing(ring.equals("packed"), direction.equals("transmit"), bytes);
  }

  @Setup(Level.Invocation)
  public void refill() {
    queue.refill();
  }

  @Benchmark
  @OperationsPerInvocation(PrivateRing.SIZE)
  public int frame() {
    return queue.pass();
  }

  @TearDown
  public void close() {
    queue.close();
  }
}
