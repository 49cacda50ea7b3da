package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;

/**
 * No burst method allocates once it is compiled; until then one may. So the test goes on, for a
 * while, until a million frames pass without a byte. Arming is left out: it comes before sleep, not
 * with frames, and its system call costs 40 bytes wherever the compiler does not inline it.
 */
class AllocationTest {
  private static final int BURSTS = 32_000;
  private static final int SIZE = 32;
  private static final int SECONDS = 40;

  /** Where foreign memory is not taken: refused every time, which allocates nothing either. */
  private static final int NO_REGION = 1;

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink", "source", "reflect"})
  void aMillionFramesAllocateNothing(String mode) throws Exception {
    try (Port port =
        Rig.start(PortSettings.defaults().withQueuePairs(2), "mode", mode, "mtu", "1500")) {
      if (mode.equals("loopback")) {
        port.facet(Steering.class)
            .orElseThrow()
            .scale(Steering.HASH_TCP4, new byte[40], new int[] {0, 1}, 0);
      }
      int region = mode.equals("reflect") ? NO_REGION : lend(port);
      Burst tx = new Burst(SIZE);
      Burst rx = new Burst(SIZE);
      long bytes = Long.MAX_VALUE;
      long end = System.nanoTime() + SECONDS * 1_000_000_000L;
      while (bytes != 0 && System.nanoTime() < end) {
        long before = AllocationMeter.bytes();
        exchange(port, tx, rx, region, BURSTS);
        bytes = AllocationMeter.bytes() - before;
      }
      boolean arrives = !mode.equals("sink");
      assertEquals(arrives, Rig.statistics(port).rxFrames >= BURSTS);
      assertEquals(0, bytes, "bytes allocated for " + BURSTS * SIZE + " frames");
    }
  }

  private static int lend(Port port) throws DriverException {
    return port.facet(ForeignMemory.class)
        .orElseThrow()
        .lend(Arena.global().allocate(4096), ForeignMemory.WRITABLE);
  }

  private static void exchange(Port port, Burst tx, Burst rx, int region, int bursts) {
    for (int k = 0; k < bursts; k++) {
      int n = port.tx(0).claim(tx, SIZE - 1);
      for (int i = 0; i < n; i++) {
        tx.length[i] = 60;
        tx.flags[i] = 0;
      }
      tx.region[n] = region;
      tx.offset[n] = 64;
      tx.length[n] = 60;
      tx.flags[n] = 0;
      port.tx(0).transmit(tx, 0, n);
      port.tx(0).transmit(tx, n, 1);
      int got = port.rx(0).receive(rx, SIZE - 1);
      port.rx(0).release(rx, 0, got);
      rx.region[0] = region;
      rx.offset[0] = 1024;
      rx.room[0] = 1514;
      port.rx(0).receiveInto(rx, 1);
    }
  }
}
