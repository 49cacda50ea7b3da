package org.vhostdp.netdevice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

final class GateTest {
  private final Gate gate = new Gate();

  @Test
  void eachDirectionIsItsOwn() {
    assertFalse(gate.sending() || gate.receiving());
    gate.set(true, false);
    assertTrue(gate.sending());
    assertFalse(gate.receiving());
    gate.set(false, true);
    assertFalse(gate.sending());
    assertTrue(gate.receiving());
  }

  @Test
  void aDeletedDeviceStaysClosed() {
    gate.set(true, true);
    gate.vanish();
    assertTrue(gate.gone());
    assertFalse(gate.sending() || gate.receiving());
    gate.set(true, true);
    assertFalse(gate.sending() || gate.receiving());
  }

  @Test
  void itStaysClosedWhicheverThreadWasLast() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    for (int i = 0; i < 2000; i++) {
      Gate raced = new Gate();
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    meet(together);
                    raced.vanish();
                  });
      meet(together);
      raced.set(true, true);
      other.join();
      assertFalse(raced.sending() || raced.receiving(), "round " + i);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatTheQueuesKnowOfTheInterface() {
    assertTrue(gate.carrier());
    assertEquals(1500, gate.mtu());
    gate.carrier(false);
    gate.mtu(9000);
    gate.offloads(5);
    assertFalse(gate.carrier());
    assertEquals(9000, gate.mtu());
    assertEquals(5, gate.offloads());
  }
}
