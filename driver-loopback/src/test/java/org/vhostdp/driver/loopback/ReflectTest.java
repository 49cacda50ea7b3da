package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;

class ReflectTest {
  private static final PortSettings ONE = PortSettings.defaults();
  private static final String[] SMALL = {"mode", "reflect", "depth", "64", "mtu", "1500"};

  /** Claims frames and fills them with the frames of seeds from one on. */
  private static Burst claim(Port port, int n, int seed) {
    Burst burst = new Burst(n);
    assertEquals(n, port.tx(0).claim(burst, n));
    for (int i = 0; i < n; i++) {
      Rig.fill(port, burst, i, Rig.frame(100, seed + i));
    }
    return burst;
  }

  @Test
  void framesComeBackWhereTheyLie() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Random random = new Random(20261122);
      Burst back = new Burst(64);
      int seed = 0;
      for (int round = 0; round < 1000; round++) {
        int n = 1 + random.nextInt(64);
        Burst sent = claim(port, n, seed);
        assertEquals(n, port.tx(0).transmit(sent, 0, n));
        assertEquals(n, port.rx(0).receive(back, 64));
        for (int i = 0; i < n; i++) {
          assertEquals(sent.offset[i], back.offset[i]);
          assertEquals(LoopbackPort.REGION, back.region[i]);
          assertEquals(0, back.flags[i]);
          assertArrayEquals(Rig.frame(100, seed + i), Rig.bytes(port, back, i));
        }
        port.rx(0).release(back, 0, n);
        seed += n;
      }
      Statistics seen = Rig.statistics(port);
      assertEquals(seed, seen.txFrames);
      assertEquals(100L * seed, seen.txBytes);
      assertEquals(seed, seen.rxFrames);
      assertEquals(100L * seed, seen.rxBytes);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @Test
  void aQueueReturnsItsOwnFramesOnly() throws DriverException {
    try (Port port = Rig.start(ONE.withQueuePairs(2), SMALL)) {
      Rig.send(port, 1, Rig.frame(60, 1));
      assertEquals(0, Rig.receive(port, 0).size());
      assertEquals(1, Rig.receive(port, 1).size());
      Burst burst = claim(port, 1, 0);
      assertEquals(0, port.tx(1).transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
    }
  }

  @Test
  void aFullQueueLendsNothingAndRefusesNothing() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst all = claim(port, 64, 0);
      assertEquals(0, port.tx(0).claim(new Burst(1), 1));
      assertEquals(64, port.tx(0).transmit(all, 0, 64));
      assertEquals(0, port.tx(0).claim(new Burst(1), 1));
      Burst held = new Burst(64);
      assertEquals(64, port.rx(0).receive(held, 64));
      assertEquals(0, port.tx(0).claim(new Burst(1), 1), "lent is not free");
      port.rx(0).release(held, 0, 3);
      assertEquals(3, port.tx(0).claim(new Burst(8), 8));
    }
  }

  @Test
  void aFrameMayBeMovedWithinItsRoom() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst burst = claim(port, 2, 0);
      burst.offset[1] += 40;
      burst.length[1] = 60;
      assertEquals(2, port.tx(0).transmit(burst, 0, 2));
      Burst back = new Burst(2);
      assertEquals(2, port.rx(0).receive(back, 2));
      assertArrayEquals(Arrays.copyOfRange(Rig.frame(100, 1), 40, 100), Rig.bytes(port, back, 1));
      port.rx(0).release(back, 0, 2);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @Test
  void framesSentBeforeOlderOnesAreRefusedAndCounted() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst burst = claim(port, 4, 0);
      assertEquals(0, port.tx(0).transmit(burst, 1, 3));
      assertEquals(Burst.REFUSED, burst.status[1]);
      assertEquals(1, Rig.lendingErrors(port));
      assertEquals(1, Rig.statistics(port).txErrors);
      assertEquals(0, Rig.receive(port, 0).size());
      assertEquals(4, port.tx(0).transmit(burst, 0, 4));
      assertEquals(0, port.tx(0).transmit(burst, 0, 4), "sent already");
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      assertEquals(4, Rig.receive(port, 0).size());
      assertEquals(1, Rig.lendingErrors(port));
    }
  }

  @Test
  void onlyTheNewestCanBeGivenBack() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst burst = claim(port, 4, 0);
      port.tx(0).unclaim(burst, 0, 3);
      assertEquals(3, Rig.lendingErrors(port));
      burst.region[3] = 1;
      port.tx(0).unclaim(burst, 3, 1);
      burst.region[3] = 0;
      assertEquals(4, Rig.lendingErrors(port));
      burst.offset[3] += 7;
      port.tx(0).unclaim(burst, 3, 1);
      port.tx(0).unclaim(burst, 3, 1);
      assertEquals(5, Rig.lendingErrors(port), "given back twice");
      assertEquals(1, port.tx(0).transmit(burst, 0, 1));
      port.tx(0).unclaim(burst, 0, 3);
      assertEquals(6, Rig.lendingErrors(port), "the first was sent");
      assertEquals(1, Rig.receive(port, 0).size());
      assertEquals(64, port.tx(0).claim(new Burst(64), 64));
    }
  }

  @Test
  void framesReleasedTwiceAreCountedAndChangeNothing() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Rig.send(port, 0, Rig.frame(60, 0), Rig.frame(60, 1));
      Burst back = new Burst(4);
      assertEquals(2, port.rx(0).receive(back, 4));
      port.rx(0).release(back, 0, 2);
      port.rx(0).release(back, 0, 2);
      assertEquals(2, Rig.lendingErrors(port));
      assertEquals(64, port.tx(0).claim(new Burst(64), 64));
      assertThrows(IndexOutOfBoundsException.class, () -> port.rx(0).release(back, 3, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> port.tx(0).unclaim(back, 3, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> port.tx(0).transmit(back, 3, 2));
    }
  }

  /** A whole round of frames, so that each stands where the next of its place would. */
  @Test
  void framesOfTheRoundBeforeAreNotTaken() throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst burst = claim(port, 64, 0);
      port.tx(0).unclaim(burst, 0, 64);
      assertEquals(0, port.tx(0).transmit(burst, 0, 64));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      Burst again = claim(port, 64, 0);
      assertEquals(64, port.tx(0).transmit(again, 0, 64));
      Burst back = new Burst(64);
      assertEquals(64, port.rx(0).receive(back, 64));
      back.region[63] = 1;
      port.rx(0).release(back, 0, 64);
      assertEquals(1, Rig.lendingErrors(port));
      back.region[63] = 0;
      port.rx(0).release(back, 63, 1);
      port.rx(0).release(back, 0, 64);
      assertEquals(65, Rig.lendingErrors(port));
      assertEquals(64, port.tx(0).claim(burst, 64));
      assertEquals(0, port.tx(0).claim(burst, 1));
    }
  }

  /** A good frame is sent, the changed one is refused, and stays the caller's with those after. */
  private static void refused(int status, Consumer<Burst> change) throws DriverException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Burst burst = claim(port, 4, 0);
      long[] offsets = burst.offset.clone();
      change.accept(burst);
      assertEquals(1, port.tx(0).transmit(burst, 0, 4));
      assertEquals(status, burst.status[1]);
      assertEquals(1, Rig.statistics(port).txErrors);
      assertEquals(1, Rig.receive(port, 0).size());
      System.arraycopy(offsets, 0, burst.offset, 0, 4);
      Arrays.fill(burst.region, LoopbackPort.REGION);
      port.tx(0).unclaim(burst, 1, 3);
      assertEquals(0, Rig.lendingErrors(port));
      assertEquals(64, port.tx(0).claim(new Burst(64), 64));
    }
  }

  @Test
  void whatCannotBeSentIsRefused() throws DriverException {
    refused(Burst.BAD_MEMORY, b -> b.length[1] = 0);
    refused(Burst.BAD_MEMORY, b -> b.length[1] = Integer.MIN_VALUE);
    refused(Burst.BAD_MEMORY, b -> b.region[1] = 1);
    refused(Burst.BAD_MEMORY, b -> b.offset[1] = Long.MIN_VALUE);
    refused(Burst.BAD_MEMORY, b -> b.offset[1] -= 1);
    refused(Burst.BAD_MEMORY, b -> b.offset[1] += b.room[1] - 99);
    refused(Burst.BAD_MEMORY, b -> b.offset[1] = b.offset[0]);
    refused(Burst.BAD_MEMORY, b -> b.length[1] = Integer.MAX_VALUE);
    refused(Burst.TOO_LONG, b -> b.length[1] = 1500 + 14 + 8 + 1);
    refused(Burst.TOO_LONG, b -> b.flags[1] = Offload.MORE);
    refused(Burst.REFUSED, b -> b.length[1] = 13);
    refused(Burst.BAD_OFFLOAD, b -> b.flags[1] = Offload.CSUM_PARTIAL);
    refused(Burst.BAD_OFFLOAD, b -> b.flags[1] = Integer.MIN_VALUE);
  }

  @Test
  void itCanDoNothingElse() throws DriverException {
    try (Port port = Rig.open(new Rig.Ear(), SMALL)) {
      Capabilities can = port.capabilities();
      assertEquals(0, can.txOffloads());
      assertEquals(0, can.rxOffloads());
      assertEquals(1, can.maxSegments());
      assertEquals(64, can.txLent());
      assertEquals(64, can.rxLent());
      assertTrue(!can.has(Capabilities.FOREIGN_TX) && !can.has(Capabilities.FOREIGN_RX));
      assertTrue(port.facet(ForeignMemory.class).isEmpty());
      assertTrue(port.facet(Steering.class).isEmpty());
    }
  }

  @Test
  void framesOfAnInactiveQueueWait() throws DriverException {
    PortSettings two = ONE.withQueuePairs(2);
    try (Port port = Rig.start(two.withActiveQueuePairs(1), SMALL)) {
      Rig.send(port, 1, Rig.frame(60, 5));
      assertEquals(0, Rig.receive(port, 1).size());
      port.configure(two);
      assertArrayEquals(Rig.frame(60, 5), Rig.receive(port, 1).get(0));
    }
  }

  @Test
  void stopTellsOfFramesStillLent() throws DriverException {
    Rig.Ear ear = new Rig.Ear();
    try (Port port = Rig.open(ear, SMALL)) {
      port.configure(ONE);
      port.start();
      Burst burst = claim(port, 10, 0);
      assertEquals(7, port.tx(0).transmit(burst, 0, 7));
      assertEquals(4, port.rx(0).receive(burst, 4));
      port.rx(0).release(burst, 0, 2);
      port.stop();
      assertEquals(1, ear.lines.size());
      assertTrue(ear.lines.get(0).contains("while 5 of its frames"), ear.lines.get(0));
      assertEquals(0, port.tx(0).claim(burst, 1));
      port.start();
      assertEquals(0, Rig.receive(port, 0).size(), "a new start begins empty");
      assertEquals(64, port.tx(0).claim(new Burst(64), 64));
    }
  }
}
