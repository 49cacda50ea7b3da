package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/**
 * Bursts and wakeups allocate nothing once they are warm, and well compiled: each call of the
 * kernel makes an object that only the optimizing compiler does without.
 */
@Tag("guest-kernel")
@Tag("guest-compiled")
@Timeout(120)
final class NetmapAllocationTest {
  private static final int BURST = 16;
  private static final int WARM_UP = 4000;
  private static final int MEASURED = 1000;

  /** An emulated processor compiles slowly. */
  private static final long NANOS = 80_000_000_000L;

  @TestFactory
  Stream<DynamicTest> theRuleOfItHoldsOnASwitch() {
    return NetmapConformanceTest.rules(
        NetmapConformanceTest.SWITCH,
        NetmapConformanceTest.SWITCH_FAR,
        rule -> rule.id().equals(NetmapConformanceTest.NO_ALLOCATION));
  }

  @TestFactory
  Stream<DynamicTest> theRuleOfItHoldsOnAPipe() {
    return NetmapConformanceTest.rules(
        NetmapConformanceTest.PIPE,
        NetmapConformanceTest.PIPE_FAR,
        rule -> rule.id().equals(NetmapConformanceTest.NO_ALLOCATION));
  }

  @Test
  void framesAndWakeupsAllocateNothing() throws Exception {
    NetmapModule.needed();
    try (Ends a = Ends.open("valeM1:a");
        Ends b = Ends.open("valeM1:b", "extra-buffers", "32")) {
      Burst burst = new Burst(64);
      long[] received = {0};
      Runnable round = () -> received[0] += round(a, b, burst);
      for (int i = 0; i < WARM_UP; i++) {
        round.run();
      }
      long least = Long.MAX_VALUE;
      long end = System.nanoTime() + NANOS;
      while (least != 0 && System.nanoTime() < end) {
        long before = Allocation.bytes();
        for (int i = 0; i < MEASURED; i++) {
          round.run();
        }
        least = Math.min(least, Allocation.bytes() - before);
      }
      assertEquals(0, least, "bytes in " + MEASURED + " rounds");
      assertTrue(received[0] > MEASURED, "frames crossed: " + received[0]);
    }
  }

  private static long round(Ends a, Ends b, Burst burst) {
    TxQueue tx = a.port.tx(0);
    RxQueue rx = b.port.rx(0);
    int n = tx.claim(burst, BURST);
    for (int i = 0; i < n; i++) {
      // A broadcast: one to nowhere would teach the switch to keep it.
      a.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, burst.offset[i], -1);
      burst.length[i] = 100;
    }
    int sent = tx.transmit(burst, 0, n);
    tx.unclaim(burst, sent, n - sent);
    long received = tx.wakeup().arm() ? 0 : 1;
    for (n = rx.receive(burst, 64); n > 0; n = rx.receive(burst, 64)) {
      received += n;
      rx.release(burst, 0, n);
    }
    return rx.wakeup().arm() ? received + 1 : received;
  }
}
