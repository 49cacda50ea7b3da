package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.latency.Probe.Times;
import org.vhostdp.linux.Threads;

class ProbeTest {
  @Test
  void stolenTimeIsTheEighthFigureOfAllCores() throws IOException {
    String stat = "cpu  1 2 3 4 5 6 7 962 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
    assertEquals(9620, Probe.stolenMillis(stat));
  }

  @Test
  void aKernelWithoutStolenTimeIsToldSo() {
    assertThrows(IOException.class, () -> Probe.stolenMillis("cpu 1 2 3\n"));
  }

  @Test
  void theThreadThatRanMostInBetweenIsTheOneThatPolls() {
    Map<String, Times> before =
        Map.of("1", new Times(9_000_000_000L, 7_000_000), "2", new Times(5, 1_000_000));
    Map<String, Times> after =
        Map.of(
            "1", new Times(9_000_000_001L, 9_000_000),
            "2", new Times(5_000_000, 4_500_000),
            "3", new Times(1_000_000, 8_000_000));
    assertEquals(3.5, Probe.waitedMillis(before, after));
  }

  @Test
  void timeSpentWaitingForACoreIsSeen() throws Exception {
    long self = ProcessHandle.current().pid();
    Probe before = Probe.now(self);
    try (ClientThread one = new ClientThread(Threads.affinity()[0]);
        ClientThread other = new ClientThread(Threads.affinity()[0])) {
      AtomicInteger there = new AtomicInteger();
      CompletableFuture<Void> spinning =
          CompletableFuture.runAsync(
              () -> assertDoesNotThrow(() -> one.call(() -> spinBesideAnother(there))));
      other.call(() -> spinBesideAnother(there));
      spinning.get(60, TimeUnit.SECONDS);
      Disturbance found = before.since();
      assertTrue(found.clientMillis() > 10, "two threads on one core: " + found);
      assertTrue(found.backMillis() > 10, "two threads on one core: " + found);
    }
    assertTrue(Double.isNaN(Probe.now(-1).since().backMillis()));
  }

  /**
   * Spins for 300 ms of its own on the core from when both are there, so that each waits for the
   * other and runs longer than any compiler thread of this process.
   */
  private static boolean spinBesideAnother(AtomicInteger there) {
    there.incrementAndGet();
    while (there.get() < 2) {
      Thread.onSpinWait();
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + 300_000_000;
    while (threads.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
    return true;
  }

  @Test
  void whatIsUnknownIsLeftOut() {
    Map<String, Double> values = new LinkedHashMap<>();
    new Disturbance(10, 2, Double.NaN).addTo(values);
    assertEquals(Map.of("steal_ms", 10.0, "client_wait_ms", 2.0), values);
    assertTrue(new Disturbance(10, 2, Double.NaN).matters(1000));
    assertFalse(new Disturbance(0, 0.5, Double.NaN).matters(1000));
  }
}
