package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.vhostdp.linux.Threads;

/** Twins, for more ports and queue pairs than testpmd has. */
final class TwinClient implements Client {
  private final Twins twins;
  private final int cpu;
  private final boolean sends;

  private TwinClient(Twins twins, int cpu, boolean sends) {
    this.twins = twins;
    this.cpu = cpu;
    this.sends = sends;
  }

  static TwinClient start(int cpu, List<Path> sockets, int pairs, Direction direction)
      throws IOException {
    Twins twins = Twins.attach(sockets, pairs, RING_SIZE, FRAME_BYTES);
    return new TwinClient(twins, cpu, direction == Direction.TO_HOST);
  }

  @Override
  public double framesPerSecond(int millis) throws IOException, InterruptedException {
    FutureTask<Double> task =
        new FutureTask<>(
            () -> {
              Threads.pin(cpu);
              move(SETTLE_MILLIS);
              return move(millis);
            });
    // A thread of its own: what it is pinned to must not pass on to programs started later.
    Thread thread = Thread.ofPlatform().name("twins").start(task);
    try {
      thread.join();
      return task.get();
    } catch (ExecutionException e) {
      throw new IOException("The twins stopped: " + e.getCause().getMessage(), e.getCause());
    }
  }

  private double move(int millis) {
    long begun = System.nanoTime();
    long end = begun + millis * 1_000_000L;
    long frames = 0;
    long now = begun;
    while (now < end) {
      long moved = sends ? twins.send() : twins.take();
      frames += moved;
      if (moved == 0) {
        Thread.onSpinWait();
      }
      now = System.nanoTime();
    }
    return frames * 1e9 / (now - begun);
  }

  @Override
  public void close() {
    twins.close();
  }
}
