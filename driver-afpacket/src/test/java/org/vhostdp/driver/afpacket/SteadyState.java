package org.vhostdp.driver.afpacket;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/**
 * Lets frames pass between two ports until no round allocates; the main class of {@link
 * PacketAllocationTest}'s processes. Prints {@link #ALLOCATED} and bytes per thousand rounds, and
 * {@link #CROSSED} and the frames.
 */
final class SteadyState {
  static final String ALLOCATED = "allocated ";
  static final String CROSSED = "crossed ";
  static final int MEASURED = 3000;
  private static final int BURST = 16;
  private static final int WARM_UP = 6000;

  /** Time of this thread on a core, until when the compilers must be done. */
  private static final long WARM_NANOS = 40_000_000_000L;

  private SteadyState() {}

  /** What a round allocates in the steady state, bytes per thousand rounds. */
  private static long allocated(Runnable round) {
    for (int i = 0; i < WARM_UP; i++) {
      round.run();
    }
    // Until everything is compiled some calls allocate.
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

  /**
   * @param args the version of the receive ring
   */
  public static void main(String[] args) throws Exception {
    try (PacketLab lab = PacketLab.open()) {
      PortSettings all =
          PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL | Offload.VLAN);
      Port a = lab.started(all, "receive", args[0]);
      Port b = lab.started(all, "receive", args[0], "ifname", PacketLab.FAR);
      cross(a, b);
    }
  }

  private static void cross(Port a, Port b) {
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
    System.out.println(ALLOCATED + bytes);
    System.out.println(CROSSED + received[0]);
  }
}
