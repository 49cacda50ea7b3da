package org.vhostdp.bench.qos;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.vhostdp.bench.scale.Twins;
import org.vhostdp.linux.Threads;

/** The client: offers or takes frames without end, and counts those of each window. */
final class Windows {
  private static final int CPU = 1;
  private static final int SETTLE_MILLIS = 2000;

  private final Cell cell;
  private final Twins twins;

  Windows(Cell cell, Twins twins) {
    this.cell = cell;
    this.twins = twins;
  }

  /**
   * Measures one window after another, without a pause in between.
   *
   * @return values of each, by metric
   */
  Map<Integer, Map<String, Double>> measure(int count, int millis)
      throws IOException, InterruptedException {
    FutureTask<Map<Integer, Map<String, Double>>> task =
        new FutureTask<>(
            () -> {
              Threads.pin(CPU);
              return windows(count, millis);
            });
    // A thread of its own: what it is pinned to must not pass on to programs started later.
    Thread thread = Thread.ofPlatform().name("twin").start(task);
    thread.join();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IOException("The twin stopped: " + e.getCause().getMessage(), e.getCause());
    }
  }

  private Map<Integer, Map<String, Double>> windows(int count, int millis) {
    Map<Integer, Map<String, Double>> values = new LinkedHashMap<>();
    move(System.nanoTime(), SETTLE_MILLIS, values, -1);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      begun = move(begun, millis, values, i);
    }
    values.remove(-1);
    return values;
  }

  /** Moves frames for so long; returns when the next window begins. */
  private long move(long begun, int millis, Map<Integer, Map<String, Double>> values, int window) {
    long frames = 0;
    long now = begun;
    while (now - begun < millis * 1_000_000L) {
      long moved = cell.toGuest() ? twins.take() : twins.send();
      frames += moved;
      if (moved == 0) {
        Thread.onSpinWait();
      }
      now = System.nanoTime();
    }
    double error = cell.error(frames, now - begun);
    values.put(
        window,
        Map.of(
            "error",
            Math.abs(error),
            "signed",
            error,
            "rate",
            frames * 8.0 * Cell.FRAME_BYTES * 1e9 / (now - begun)));
    return now;
  }
}
