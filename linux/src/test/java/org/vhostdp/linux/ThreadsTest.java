package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void pinningTiesOneThreadOnly() throws Exception {
    int[] before = Threads.affinity();
    int last = before[before.length - 1];
    FutureTask<int[]> pinned =
        new FutureTask<>(
            () -> {
              assertTrue(Threads.pin(last));
              assertEquals(before.length, Threads.cpus());
              return Threads.affinity();
            });
    Thread.ofPlatform().start(pinned);
    assertArrayEquals(new int[] {last}, pinned.get());
    assertArrayEquals(before, Threads.affinity());
  }

  @Test
  void processorsThatAreNotThereAreRefused() {
    assertFalse(Threads.pin(8191));
    assertFalse(Threads.pin(8192));
    assertFalse(Threads.pin(-1));
  }

  @Test
  void virtualThreadsAreNotPinned() throws Exception {
    FutureTask<Boolean> pinned = new FutureTask<>(() -> Threads.pin(Threads.affinity()[0]));
    Thread.ofVirtual().start(pinned);
    assertFalse(pinned.get());
  }

  @Test
  void tidIsTheKernels() {
    assertTrue(Files.isDirectory(Path.of("/proc/self/task/" + Threads.tid())));
  }

  @Test
  void cpuTimeGrowsWithWorkAndNotWithSleep() throws Exception {
    long start = Threads.cpuNanos();
    long until = System.nanoTime() + 20_000_000;
    long limit = until + 30_000_000_000L;
    // Longer if this thread was not run for most of the time.
    while (System.nanoTime() < until
        || Threads.cpuNanos() - start <= 1_000_000 && System.nanoTime() < limit) {
      Thread.onSpinWait();
    }
    long worked = Threads.cpuNanos();
    assertTrue(worked - start > 1_000_000, "only " + (worked - start) + " ns counted");
    Thread.sleep(100);
    long slept = Threads.cpuNanos() - worked;
    assertTrue(slept < 50_000_000, "sleeping cost " + slept + " ns");
    assertTrue(Threads.processCpuNanos() >= worked - start);
  }
}
