package org.vhostdp.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.vhostdp.dataplane.offload.Segmentation;
import org.vhostdp.spi.Offload;

/**
 * A frame of 64 KiB cut to 1460 bytes of payload each: the time for each frame that comes of it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class SegmentationBenchmark {
  private static final int SEGMENT = 1460;
  private static final int SEGMENTS = 45;
  private static final int STRIDE = 2048;
  private static final int ETHERNET = 14;
  private static final int TCP = 20;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Segmentation segmentation = new Segmentation();
  private MemorySegment ipv4;
  private MemorySegment ipv6;

  /** For JMH. */
  public SegmentationBenchmark() {}

  @Setup
  public void fill() {
    segmentation.into(Arena.global().allocate((long) STRIDE * SEGMENTS, 64), 0, STRIDE, SEGMENTS);
    ipv4 = frame(20);
    ipv4.set(SHORT, 12, (short) 0x0800);
    ipv4.set(ValueLayout.JAVA_BYTE, ETHERNET, (byte) 0x45);
    ipv4.set(SHORT, ETHERNET + 6, (short) 0x4000);
    ipv4.set(ValueLayout.JAVA_BYTE, ETHERNET + 9, (byte) 6);
    ipv6 = frame(40);
    ipv6.set(SHORT, 12, (short) 0x86DD);
    ipv6.set(ValueLayout.JAVA_BYTE, ETHERNET, (byte) 0x60);
    ipv6.set(ValueLayout.JAVA_BYTE, ETHERNET + 6, (byte) 6);
  }

  /** A frame whose last segment lacks a few bytes, so that the whole stays below 64 KiB. */
  private static MemorySegment frame(int ip) {
    int headers = ETHERNET + ip + TCP;
    MemorySegment frame = Arena.global().allocate(65_535, 64).fill((byte) 0x5B);
    frame.asSlice(ETHERNET, ip).fill((byte) 0);
    frame.set(SHORT, headers - TCP + 12, (short) 0x5010);
    return frame;
  }

  @Benchmark
  @OperationsPerInvocation(SEGMENTS)
  public int tcp4() {
    return cut(ipv4, Offload.GSO_TCP4);
  }

  @Benchmark
  @OperationsPerInvocation(SEGMENTS)
  public int tcp6() {
    return cut(ipv6, Offload.GSO_TCP6);
  }

  private int cut(MemorySegment frame, int kind) {
    int frames = segmentation.cut(frame, 0, (int) frame.byteSize(), kind, SEGMENT);
    if (frames != SEGMENTS) {
      throw new IllegalStateException("not " + SEGMENTS + " frames but " + frames);
    }
    return frames;
  }
}
