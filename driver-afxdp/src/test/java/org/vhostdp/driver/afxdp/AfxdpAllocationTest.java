package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** The burst methods allocate nothing once they are compiled. */
@Timeout(600)
final class AfxdpAllocationTest {
  private static final int BURST = 16;
  private static final int WARM_UP = 8000;
  private static final int MEASURED = 4000;

  /** Time of this thread on a core, until when the compilers must be done. */
  private static final long WARM_NANOS = 40_000_000_000L;

  private static final int LENGTH = 80;

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
  void burstsAndWakeupsAllocateNothing() throws Exception {
    try (AfxdpLab lab = AfxdpLab.open()) {
      Port a = lab.started();
      Port b = lab.started("ifname", AfxdpLab.FAR);
      TxQueue tx = a.tx(0);
      RxQueue rx = b.rx(0);
      Burst burst = new Burst(64);
      MemorySegment memory = a.regions().getFirst().segment();
      byte[] payload = new byte[LENGTH - 42];
      byte[] frame =
          Frames.ipv4(Frames.PEER, Frames.STATION, 0x0A000001, 0x0A000002, 17, udp(payload));
      boolean open = (a.capabilities().txOffloads() & Offload.CSUM_PARTIAL) != 0;
      long packed = Offload.pack(34, 6, 0, 0);
      int[] received = {0};
      Runnable round =
          () -> {
            int n = tx.claim(burst, BURST);
            for (int i = 0; i < n; i++) {
              MemorySegment.copy(
                  frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[i], frame.length);
              burst.length[i] = frame.length;
              burst.flags[i] = open && (i & 1) == 0 ? Offload.CSUM_PARTIAL : 0;
              burst.offload[i] = packed;
            }
            tx.transmit(burst, 0, n);
            for (n = rx.receive(burst, 64); n > 0; n = rx.receive(burst, 64)) {
              received[0] += n;
              rx.release(burst, 0, n);
            }
            received[0] += rx.wakeup().arm() ? 1 : 0;
          };
      assertEquals(0, allocated(round));
      assertTrue(received[0] > MEASURED * BURST, "frames crossed: " + received[0]);
    }
  }

  private static byte[] udp(byte[] payload) {
    byte[] segment = new byte[8 + payload.length];
    segment[1] = 9;
    segment[3] = 9;
    segment[5] = (byte) segment.length;
    return segment;
  }
}
