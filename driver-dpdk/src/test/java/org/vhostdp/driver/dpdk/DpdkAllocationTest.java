package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** The burst methods allocate nothing once they are compiled. */
@Timeout(600)
final class DpdkAllocationTest {
  private static final int BURST = 16;
  private static final int WARM_UP = 8000;
  private static final int MEASURED = 4000;

  /** Time of this thread on a core, until when the compilers must be done. */
  private static final long WARM_NANOS = 40_000_000_000L;

  /** What a round allocates in the steady state, bytes per thousand rounds. */
  private static long allocated(Runnable round) {
    for (int i = 0; i < WARM_UP; i++) {
      round.run();
    }
    // Until everything is compiled some calls allocate; a loaded machine takes its time over that.
    long least = Long.MAX_VALUE;
    long end = Allocation.cpuNanos() + WARM_NANOS;
    while (least != 0 && Allocation.cpuNanos() < end) {
      long before = Allocation.bytes();
      for (int i = 0; i < MEASURED; i++) {
        round.run();
      }
      least = Math.min(least, Allocation.bytes() - before);
    }
    return least * 1000 / MEASURED;
  }

  @Test
  void framesAllocateNothing() throws Exception {
    assertEquals(0, crossing(0));
  }

  @Test
  void framesOfTwoEntriesAllocateNothing() throws Exception {
    assertEquals(0, crossing(Offload.MORE));
  }

  /** Bytes that a thousand bursts across a wire allocate. */
  private static long crossing(int firstFlags) throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.started("wire", "alloc");
      TxQueue tx = a.tx(0);
      RxQueue rx = lab.started("wire", "alloc").rx(0);
      Burst burst = new Burst(64);
      int[] received = {0};
      long bytes =
          allocated(
              () -> {
                int n = tx.claim(burst, BURST);
                for (int i = 0; i < n; i++) {
                  burst.length[i] = 64;
                  burst.flags[i] = i % 2 == 0 ? firstFlags : 0;
                }
                tx.transmit(burst, 0, n);
                n = rx.receive(burst, 64);
                received[0] += n;
                rx.release(burst, 0, n);
                rx.wakeup().arm();
              });
      assertTrue(received[0] > MEASURED * BURST, "entries crossed: " + received[0]);
      return bytes;
    }
  }
}
