package org.vhostdp.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.offload.InternetChecksum;
import org.vhostdp.dataplane.offload.SoftRx;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Bursts of 32 TCP segments with 1448 bytes of payload gathered to one frame each: the time for
 * each segment, its checksum known to be right or validated.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CoalescingBenchmark {
  private static final int FRAMES = 32;
  private static final int STRIDE = 2048;
  private static final int IP = 14;
  private static final int TCP = IP + 20;
  private static final int HEADERS = TCP + 20;
  private static final int PAYLOAD = 1448;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Burst burst = new Burst(FRAMES);
  private Bursts trusted;
  private Bursts unknown;
  private SoftRx trusting;
  private SoftRx validating;

  /** For JMH. */
  public CoalescingBenchmark() {}

  @Setup
  public void fill() {
    MemorySegment memory = Arena.global().allocate((long) STRIDE * FRAMES, 64).fill((byte) 0x5B);
    for (int i = 0; i < FRAMES; i++) {
      segment(memory.asSlice((long) i * STRIDE, HEADERS + PAYLOAD), i);
    }
    trusted = new Bursts(Offload.CSUM_VALID);
    unknown = new Bursts(0);
    trusting = stage(memory, trusted);
    validating = stage(memory, unknown);
  }

  private static void segment(MemorySegment frame, int number) {
    frame.set(SHORT, IP - 2, (short) 0x0800);
    frame.set(INT, IP, 0x4500_0000 | HEADERS - IP + PAYLOAD);
    frame.set(INT, IP + 4, number << 16 | 0x4000);
    frame.set(INT, IP + 8, 0x4006_0000);
    int sum = InternetChecksum.sum(frame, IP, TCP - IP);
    frame.set(SHORT, IP + 10, (short) InternetChecksum.checksum(sum));
    frame.set(INT, TCP + 4, number * PAYLOAD);
    frame.set(SHORT, TCP + 12, (short) 0x5010);
    frame.set(SHORT, TCP + 16, (short) 0);
    int bytes = HEADERS - TCP + PAYLOAD;
    long all = InternetChecksum.pseudoHeader(frame, IP + 12, 8, 6, bytes);
    all += InternetChecksum.sum(frame, TCP, bytes);
    int checksum = InternetChecksum.checksum(InternetChecksum.fold(all));
    frame.set(SHORT, TCP + 16, (short) checksum);
  }

  private static SoftRx stage(MemorySegment memory, Bursts below) {
    int taken = Offload.CSUM_PARTIAL | Offload.CSUM_VALID | Offload.GSO_TCP4;
    Regions regions = new Regions(List.of(new Region(memory)));
    return new SoftRx(below, regions, new QueueCounters(), 0, taken, true, STRIDE);
  }

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int trusted() {
    return gathered(trusted, trusting);
  }

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int validated() {
    return gathered(unknown, validating);
  }

  private int gathered(Bursts below, SoftRx stage) {
    below.waiting = true;
    int frames = 0;
    int bytes = 0;
    // More than one call where the thread was away for so long that what was held got old.
    for (int n = stage.receive(burst, FRAMES); n > 0; n = stage.receive(burst, FRAMES)) {
      for (int i = 0; i < n; i++) {
        bytes += burst.length[i];
      }
      frames += n;
      stage.release(burst, 0, n);
    }
    if (bytes - frames * HEADERS != FRAMES * PAYLOAD) {
      throw new IllegalStateException(bytes + " bytes in " + frames + " frames");
    }
    return frames;
  }

  /** The same burst whenever it is waiting, else nothing. */
  private static final class Bursts implements RxQueue {
    private final int flags;
    private boolean waiting;

    Bursts(int flags) {
      this.flags = flags;
    }

    @Override
    public int receive(Burst frames, int max) {
      if (!waiting) {
        return 0;
      }
      waiting = false;
      for (int i = 0; i < FRAMES; i++) {
        frames.region[i] = 0;
        frames.offset[i] = (long) i * STRIDE;
        frames.length[i] = HEADERS + PAYLOAD;
        frames.flags[i] = flags;
      }
      return FRAMES;
    }

    @Override
    public void release(Burst frames, int first, int count) {}

    @Override
    public Wakeup wakeup() {
      throw new IllegalStateException("nobody sleeps here");
    }
  }
}
