package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

class OwnershipTest {
  private static final PortSettings ONE = PortSettings.defaults();

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink", "source"})
  void claimLendsEveryFrameOnceAndNoMoreThanDeclared(String mode) throws DriverException {
    try (Port port = Rig.start(ONE, "mode", mode, "depth", "64")) {
      Burst burst = new Burst(100);
      assertEquals(0, port.tx(0).claim(burst, -1));
      assertEquals(64, port.tx(0).claim(burst, 100));
      assertEquals(64, port.capabilities().txLent());
      Set<Long> distinct = new HashSet<>();
      for (int i = 0; i < 64; i++) {
        distinct.add(burst.offset[i]);
        assertEquals(0, burst.region[i]);
        assertEquals(port.capabilities().frameRoom(), burst.room[i]);
        assertTrue(burst.offset[i] + burst.room[i] <= Rig.memory(port).byteSize());
      }
      assertEquals(64, distinct.size());
      assertEquals(0, port.tx(0).claim(new Burst(1), 1));
      port.tx(0).unclaim(burst, 10, 20);
      assertEquals(20, port.tx(0).claim(new Burst(64), 64));
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "sink", "reflect"})
  void anyMixOfUnclaimAndTransmitConservesThePool(String mode) throws DriverException {
    Random random = new Random(20261122);
    try (Port port = Rig.start(ONE, "mode", mode, "depth", "64")) {
      Burst burst = new Burst(64);
      for (int round = 0; round < 2000; round++) {
        int n = port.tx(0).claim(burst, 1 + random.nextInt(64));
        for (int i = 0; i < n; i++) {
          burst.length[i] = 60;
          burst.flags[i] = 0;
        }
        int cut = n == 0 ? 0 : random.nextInt(n + 1);
        // The later part first: frames need not come back in the order claimed.
        port.tx(0).unclaim(burst, cut, n - cut);
        assertEquals(cut, port.tx(0).transmit(burst, 0, cut));
        assertEquals(mode.equals("sink") ? 0 : cut, Rig.receive(port, 0).size());
      }
      assertEquals(64, port.tx(0).claim(burst, 64));
      assertEquals(0, Rig.lendingErrors(port));
      port.tx(0).unclaim(burst, 0, 64);
    }
  }

  @Test
  void aFrameGivenBackTwiceIsCountedAndChangesNothing() throws DriverException {
    try (Port port = Rig.start(ONE, "depth", "64")) {
      Burst burst = new Burst(64);
      port.tx(0).claim(burst, 2);
      port.tx(0).unclaim(burst, 0, 2);
      port.tx(0).unclaim(burst, 0, 2);
      assertEquals(2, Rig.lendingErrors(port));
      burst.offset[0] = -5;
      burst.offset[1] = Long.MAX_VALUE;
      port.tx(0).unclaim(burst, 0, 2);
      assertEquals(4, Rig.lendingErrors(port));
      assertEquals(64, port.tx(0).claim(burst, 64));
      port.tx(0).unclaim(burst, 0, 64);
    }
  }

  @Test
  void framesOfAnotherQueueAreNotTaken() throws DriverException {
    try (Port port = Rig.start(ONE.withQueuePairs(2), "depth", "64")) {
      Burst burst = new Burst(1);
      port.tx(0).claim(burst, 1);
      Rig.fill(port, burst, 0, Rig.frame(60, 0));
      assertEquals(0, port.tx(1).transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      port.tx(1).unclaim(burst, 0, 1);
      assertEquals(1, Rig.lendingErrors(port));
      assertEquals(1, port.tx(0).transmit(burst, 0, 1));
    }
  }

  @Test
  void receivedBytesAreStableUntilReleased() throws DriverException {
    try (Port port = Rig.start(ONE, "depth", "64")) {
      Rig.send(port, 0, Rig.frame(100, 1), Rig.frame(100, 2));
      Burst held = new Burst(2);
      assertEquals(2, port.rx(0).receive(held, 2));
      for (int i = 0; i < 62; i++) {
        Rig.send(port, 0, Rig.frame(100, 3));
      }
      Burst extra = new Burst(1);
      port.tx(0).claim(extra, 1);
      Rig.fill(port, extra, 0, Rig.frame(100, 4));
      assertEquals(0, port.tx(0).transmit(extra, 0, 1));
      port.tx(0).unclaim(extra, 0, 1);
      assertArrayEquals(Rig.frame(100, 1), Rig.bytes(port, held, 0));
      assertArrayEquals(Rig.frame(100, 2), Rig.bytes(port, held, 1));
      port.rx(0).release(held, 0, 2);
    }
  }

  @Test
  void aReceiverThatHoldsEverythingGetsNothingMore() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "depth", "64")) {
      Burst held = new Burst(80);
      assertEquals(64, port.rx(0).receive(held, 80));
      assertEquals(64, port.capabilities().rxLent());
      assertEquals(0, port.rx(0).receive(new Burst(1), 1));
      port.rx(0).release(held, 0, 3);
      assertEquals(3, port.rx(0).receive(new Burst(8), 8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "source", "reflect"})
  void framesReleasedOutOfOrderAreCounted(String mode) throws DriverException {
    try (Port port = Rig.start(ONE, "mode", mode, "depth", "64")) {
      if (!mode.equals("source")) {
        Rig.send(port, 0, Rig.frame(60, 1), Rig.frame(60, 2), Rig.frame(60, 3));
      }
      Burst held = new Burst(3);
      assertEquals(3, port.rx(0).receive(held, 3));
      port.rx(0).release(held, 1, 1);
      assertEquals(1, Rig.lendingErrors(port));
      port.rx(0).release(held, 0, 3);
      assertEquals(1, Rig.lendingErrors(port));
      port.rx(0).release(held, 0, 1);
      assertEquals(2, Rig.lendingErrors(port));
    }
  }
}
