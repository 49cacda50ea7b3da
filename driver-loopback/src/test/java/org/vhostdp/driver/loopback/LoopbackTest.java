package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

class LoopbackTest {
  private static final PortSettings ONE = PortSettings.defaults();

  @Test
  void everyLengthComesBackUnchangedAndInOrder() throws DriverException {
    try (Port port = Rig.start(ONE)) {
      for (int length = 14; length <= 9000 + 14; length += length < 200 ? 1 : 97) {
        byte[] first = Rig.frame(length, length);
        byte[] second = Rig.frame(60, length + 1);
        Rig.send(port, 0, first, second);
        List<byte[]> back = Rig.receive(port, 0);
        assertEquals(2, back.size());
        assertArrayEquals(first, back.get(0));
        assertArrayEquals(second, back.get(1));
      }
      Statistics seen = Rig.statistics(port);
      assertEquals(seen.txFrames, seen.rxFrames);
      assertEquals(seen.txBytes, seen.rxBytes);
      assertTrue(seen.txFrames > 500);
      assertEquals(0, seen.rxDropped + seen.txDropped + seen.txErrors);
    }
  }

  @Test
  void everyQueueHearsItselfOnly() throws DriverException {
    try (Port port = Rig.start(ONE.withQueuePairs(3))) {
      for (int queue = 0; queue < 3; queue++) {
        Rig.send(port, queue, Rig.frame(80, queue));
      }
      for (int queue = 0; queue < 3; queue++) {
        List<byte[]> back = Rig.receive(port, queue);
        assertEquals(1, back.size());
        assertArrayEquals(Rig.frame(80, queue), back.get(0));
      }
      assertThrows(IndexOutOfBoundsException.class, () -> port.rx(3));
      assertThrows(IndexOutOfBoundsException.class, () -> port.tx(-1));
    }
  }

  @Test
  void onlyActiveQueuesReceive() throws DriverException {
    PortSettings four = ONE.withQueuePairs(4);
    try (Port port = Rig.start(four.withActiveQueuePairs(2))) {
      for (int queue = 0; queue < 4; queue++) {
        Rig.send(port, queue, Rig.frame(80, queue));
      }
      assertEquals(List.of(2, 2, 0, 0), counts(port));
      port.configure(four);
      for (int queue = 0; queue < 4; queue++) {
        Rig.send(port, queue, Rig.frame(80, queue));
      }
      assertEquals(List.of(1, 1, 1, 1), counts(port));
    }
  }

  private static List<Integer> counts(Port port) {
    return List.of(
        Rig.receive(port, 0).size(),
        Rig.receive(port, 1).size(),
        Rig.receive(port, 2).size(),
        Rig.receive(port, 3).size());
  }

  @Test
  void aFrameOfSeveralEntriesArrivesAsOne() throws DriverException {
    try (Port port = Rig.start(ONE)) {
      byte[] whole = Rig.frame(600, 7);
      Burst burst = new Burst(3);
      assertEquals(3, port.tx(0).claim(burst, 3));
      for (int i = 0; i < 3; i++) {
        byte[] part = Arrays.copyOfRange(whole, i * 200, i * 200 + 200);
        Rig.fill(port, burst, i, part);
        burst.flags[i] = i < 2 ? Offload.MORE : 0;
      }
      assertEquals(3, port.tx(0).transmit(burst, 0, 3));
      List<byte[]> back = Rig.receive(port, 0);
      assertEquals(1, back.size());
      assertArrayEquals(whole, back.get(0));
    }
  }

  @Test
  void aStoppedPortMovesNothingAndForgetsWhatWasUnderway() throws DriverException {
    try (Port port = Rig.open(new Rig.Ear())) {
      port.configure(ONE);
      Burst burst = new Burst(4);
      assertEquals(0, port.tx(0).claim(burst, 4));
      assertEquals(0, port.rx(0).receive(burst, 4));
      assertEquals(List.of(), port.regions());
      port.start();
      Rig.send(port, 0, Rig.frame(60, 1));
      port.stop();
      port.stop();
      assertEquals(0, port.tx(0).claim(burst, 4));
      assertEquals(0, port.tx(0).transmit(burst, 0, 4));
      assertEquals(0, port.rx(0).receive(burst, 4));
      assertEquals(-1, port.rx(0).wakeup().fd());
      port.start();
      assertEquals(0, port.rx(0).receive(burst, 4));
      assertEquals(1, Rig.statistics(port).rxDropped);
      Rig.send(port, 0, Rig.frame(60, 2));
      assertArrayEquals(Rig.frame(60, 2), Rig.receive(port, 0).get(0));
      assertSame(port.rx(0), port.rx(0));
    }
  }

  @Test
  void aPortMustBeConfiguredBeforeItStarts() throws DriverException {
    try (Port port = Rig.open(new Rig.Ear())) {
      DriverException refused = assertThrows(DriverException.class, port::start);
      assertEquals(
          "The port was not configured. Configure it before it starts.", refused.getMessage());
    }
  }

  @Test
  void everyOpenIsUndoneByClose() throws DriverException {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    for (int round = 0; round < 100; round++) {
      Port port = Rig.start(ONE.withQueuePairs(2), "depth", "64");
      Rig.send(port, 1, Rig.frame(60, round));
      assertArrayEquals(Rig.frame(60, round), Rig.receive(port, 1).get(0));
      port.close();
      port.close();
      DriverException refused = assertThrows(DriverException.class, port::start);
      assertEquals(DriverException.Reason.UNSUPPORTED, refused.reason());
    }
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  @Test
  void framesStillLentAtStopAreReported() throws DriverException {
    Rig.Ear ear = new Rig.Ear();
    try (Port port = Rig.open(ear)) {
      port.configure(ONE);
      port.start();
      port.tx(0).claim(new Burst(3), 3);
    }
    assertEquals(
        List.of("WARNING: A loopback port was stopped while 3 of its frames were still lent."),
        ear.lines);
  }

  @Test
  void aFullQueueRefusesOrDropsAsConfigured() throws DriverException {
    Burst burst = new Burst(80);
    try (Port port = Rig.start(ONE, "depth", "64")) {
      fill(port, burst);
      port.tx(0).claim(burst, 1);
      Rig.fill(port, burst, 0, Rig.frame(60, 1));
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.FULL, burst.status[0]);
      port.tx(0).unclaim(burst, 0, 1);
      assertEquals(0, Rig.statistics(port).rxDropped);
      assertEquals(0, Rig.statistics(port).txErrors);
    }
    try (Port port = Rig.start(ONE, "depth", "64", "full", "drop")) {
      fill(port, burst);
      Rig.send(port, 0, Rig.frame(60, 1));
      assertEquals(1, Rig.statistics(port).rxDropped);
      assertEquals(65, Rig.statistics(port).txFrames);
    }
  }

  private static void fill(Port port, Burst burst) {
    assertEquals(64, port.tx(0).claim(burst, 80));
    for (int i = 0; i < 64; i++) {
      Rig.fill(port, burst, i, Rig.frame(60, i));
    }
    assertEquals(64, port.tx(0).transmit(burst, 0, 64));
  }
}
