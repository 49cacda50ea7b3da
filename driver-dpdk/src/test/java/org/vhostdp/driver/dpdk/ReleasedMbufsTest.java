package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;

/** The short way of mbufs from the receive queue of a pair to its transmit queue. */
@Timeout(60)
final class ReleasedMbufsTest {
  private static final int BURST = 48;
  private static final int PASSED = 200_000;

  @Test
  void noMoreAreTakenThanThereIsRoomFor() {
    ReleasedMbufs released = new ReleasedMbufs();
    long[] some = new long[ReleasedMbufs.MOST + 1];
    assertEquals(ReleasedMbufs.MOST, released.give(some, some.length));
    assertEquals(0, released.give(some, 1));
    assertEquals(100, released.take(some, 100));
    assertEquals(100, released.give(some, some.length));
    assertEquals(ReleasedMbufs.MOST, released.take(some, some.length));
    assertEquals(0, released.take(some, 1));
  }

  @Test
  void anotherThreadTakesEachOnceAndInOrder() {
    ReleasedMbufs released = new ReleasedMbufs();
    CompletableFuture<Void> giver = CompletableFuture.runAsync(() -> giveAll(released));
    long[] taken = new long[BURST];
    long next = 0;
    while (next < PASSED) {
      int n = released.take(taken, BURST);
      for (int i = 0; i < n; i++) {
        assertEquals(next++, taken[i]);
      }
      Thread.yield();
    }
    giver.join();
    assertEquals(0, released.take(taken, 1));
  }

  private static void giveAll(ReleasedMbufs released) {
    long[] numbers = new long[BURST];
    long next = 0;
    while (next < PASSED) {
      int n = (int) Math.min(BURST, PASSED - next);
      for (int i = 0; i < n; i++) {
        numbers[i] = next + i;
      }
      next += released.give(numbers, n);
      Thread.yield();
    }
  }

  @Test
  void whatWasReleasedIsClaimedNext() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port port = lab.started("vdev", "net_ring_short");
      assertEquals(4, DpdkLab.send(port, 4, 60));
      Burst received = new Burst(8);
      assertEquals(4, port.rx(0).receive(received, 8));
      port.rx(0).release(received, 0, 4);
      Burst claimed = new Burst(8);
      assertEquals(8, port.tx(0).claim(claimed, 8));
      for (int i = 0; i < 4; i++) {
        assertEquals(received.offset[i], claimed.offset[i]);
      }
      assertTrue(claimed.offset[4] != received.offset[0], "an mbuf is lent twice");
      port.tx(0).unclaim(claimed, 0, 8);
    }
  }
}
