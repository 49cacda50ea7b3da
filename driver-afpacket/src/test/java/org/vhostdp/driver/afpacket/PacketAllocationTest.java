package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** The burst methods allocate nothing once they are compiled. */
@Timeout(120)
@ParameterizedClass
@ValueSource(strings = {"v2", "v3"})
final class PacketAllocationTest {
  private static final int BURST = 16;
  private static final int WARM_UP = 6000;
  private static final int MEASURED = 3000;
  private static final int SECONDS = 40;

  @Parameter String receive;

  private PacketLab lab;
  private Port a;
  private Port b;

  @BeforeEach
  void open() throws Exception {
    lab = PacketLab.open();
    PortSettings all = PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL | Offload.VLAN);
    a = lab.started(all, "receive", receive);
    b = lab.started(all, "receive", receive, "ifname", PacketLab.FAR);
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  /** What a round allocates in the steady state, bytes per thousand rounds. */
  private static long allocated(Runnable round) {
    for (int i = 0; i < WARM_UP; i++) {
      round.run();
    }
    // Until everything is compiled some calls allocate; a loaded machine takes its time over that.
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (least != 0 && System.nanoTime() < end) {
      long before = Allocation.bytes();
      for (int i = 0; i < MEASURED; i++) {
        round.run();
      }
      least = Math.min(least, Allocation.bytes() - before);
    }
    return least * 1000 / MEASURED;
  }

  @Test
  void framesAndWakeupsAllocateNothing() {
    TxQueue tx = a.tx(0);
    RxQueue rx = b.rx(0);
    Burst burst = new Burst(64);
    int[] received = {0};
    byte[] frame = Frames.of(100, 1);
    int lent = tx.claim(burst, 64);
    for (int i = 0; i < lent; i++) {
      Frames.fill(a, burst, i, frame);
    }
    tx.unclaim(burst, 0, lent);
    long bytes =
        allocated(
            () -> {
              int n = tx.claim(burst, BURST);
              for (int i = 0; i < n; i++) {
                burst.length[i] = 100;
              }
              if (n == BURST) {
                // One by a call of its own, of two entries, and one with a tag.
                burst.flags[3] = Offload.MORE;
                burst.flags[8] = Offload.VLAN;
                burst.vlan[8] = 5;
              }
              int sent = tx.transmit(burst, 0, n);
              tx.unclaim(burst, sent, n - sent);
              tx.wakeup().arm();
              for (n = rx.receive(burst, 64); n > 0; n = rx.receive(burst, 64)) {
                received[0] += n;
                rx.release(burst, 0, n);
              }
              if (rx.wakeup().arm()) {
                received[0]++;
              }
            });
    assertEquals(0, bytes);
    assertTrue(received[0] > MEASURED, "frames crossed: " + received[0]);
  }
}
