package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.guest.machine.CommandResult;

/**
 * One run of iperf3. Its throughput is what iperf3 counted. Processor time is taken while the
 * payload flows, beside the bytes that the TAP moved meanwhile, so that starting programs in the
 * guest, which emulation makes dear, does not count.
 */
final class Window {
  static final Metric THROUGHPUT =
      new Metric("bits_per_second", "TCP payload received", "Mbit/s", 1e6, true);
  static final Metric CPU =
      new Metric("cpu_seconds_per_gigabyte", "CPU time of back-end and guest", "s/GB", 1, false);

  /** So much on the TAP is payload, not the set-up of a connection. */
  private static final long FLOWING = 1 << 20;

  private static final long BEGIN_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int POLL_MILLIS = 20;

  /** The processor time is looked at so much before the connection ends. */
  private static final int MARGIN_MILLIS = 300;

  private static final int SPARE_SECONDS = 30;

  private record Usage(double cpuSeconds, long bytes) {}

  private final Bed bed;
  private final Direction direction;
  private final int seconds;
  private final FutureTask<CommandResult> iperf;

  private Window(Bed bed, Direction direction, int seconds, String block) {
    this.bed = bed;
    this.direction = direction;
    this.seconds = seconds;
    String command = Iperf.command(direction, seconds, block);
    Duration limit = Duration.ofSeconds(seconds + SPARE_SECONDS);
    iperf = new FutureTask<>(() -> bed.machine().run(command, limit));
  }

  /** Measures; the values are those of {@link #THROUGHPUT} and {@link #CPU}. */
  static Map<String, Double> measure(Bed bed, Direction direction, int seconds, String block)
      throws IOException, InterruptedException {
    return new Window(bed, direction, seconds, block).measure();
  }

  private Map<String, Double> measure() throws IOException, InterruptedException {
    long before = traffic();
    Thread thread = Thread.ofPlatform().daemon().name("iperf3").start(iperf);
    try {
      awaitPayload(before);
      Thread.sleep(Iperf.OMITTED * 1000L);
      Usage begin = usage();
      Thread.sleep(seconds * 1000L - MARGIN_MILLIS);
      Usage end = usage();
      return Map.of(
          THROUGHPUT.key(), Iperf.bitsPerSecond(output()), CPU.key(), perGigabyte(begin, end));
    } finally {
      iperf.cancel(true);
      thread.join(Duration.ofSeconds(SPARE_SECONDS));
    }
  }

  private void awaitPayload(long before) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + BEGIN_NANOS;
    while (traffic() - before < FLOWING) {
      if (iperf.isDone()) {
        throw new IOException("iperf3 ended without payload: " + output().strip());
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("No payload in 30 s, " + direction.text + ".");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private long traffic() throws IOException, InterruptedException {
    return bed.host().traffic().of(direction);
  }

  private Usage usage() throws IOException, InterruptedException {
    List<Long> processes = bed.processes();
    return new Usage(CpuTime.seconds(processes), traffic());
  }

  private static double perGigabyte(Usage begin, Usage end) throws IOException {
    long bytes = end.bytes() - begin.bytes();
    if (bytes <= 0) {
      throw new IOException("The connection stood still.");
    }
    return (end.cpuSeconds() - begin.cpuSeconds()) * 1e9 / bytes;
  }

  private String output() throws IOException, InterruptedException {
    try {
      return iperf.get(seconds + SPARE_SECONDS, TimeUnit.SECONDS).output();
    } catch (ExecutionException e) {
      throw new IOException("The guest failed: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("iperf3 did not end in the guest.", e);
    }
  }
}
